import Contracts
import CurlHTTP
import Foundation
import Postgres
import TestSupport
import Testing

extension FaultTests {
    /// A promo code is applied to orders, and a worker that takes part ends without notice at each step of it, or is away
    /// until the application is given up: no use is lost, taken twice, or kept by an order without the code.
    @Suite struct PromoApplicationFaultTests {
        private static let points = [
            "before-commit:1:kill", "after-commit:1:kill", "after-ack:1:kill", "after-publish:1:kill",
        ]

        @Test(arguments: [FleetProgram.promo, .order])
        func everyApplicationEnds(victim: FleetProgram) async throws {
            let scene = try await FaultScene.begin()
            let shopper = scene.shopper
            var workers: [Fleet.Member] = []
            for worker in FleetProgram.workers where worker != victim {
                workers.append(try await scene.fleet.run(worker))
            }
            let healthy = try await scene.fleet.run(victim)
            let code = "APPLY-\(UInt16.random(in: .min ... .max))"
            _ = try await shopper.makeCode(code, uses: Self.points.count)
            var orders: [String] = []
            for index in Self.points.indices { orders.append(try await shopper.order("\(scene.tenant)-\(index)")) }
            for order in orders {
                try await shopper.wait("/api/v1/orders/\(order)", "stock_status", ["reserved"], shopper.customer)
            }
            #expect(try await healthy.process.terminate() == .exited(0))

            try await withThrowingTaskGroup(of: String?.self) { group in
                for (point, order) in zip(Self.points, orders) {
                    let dying = try await scene.fleet.run(victim, failpoints: point)
                    group.addTask {
                        try await shopper.make(
                            "/api/v1/promo/apply", #"{"code":"\#(code)","order_id":"\#(order)"}"#, "\(order)-apply",
                            shopper.customer
                        ).json["order"]?["total"]?.string
                    }
                    #expect(try await dying.process.waitForEnd(within: .seconds(60)) == .killed(signal: SIGKILL))
                    #expect(dying.hasFailed)
                }
                workers.append(try await scene.fleet.run(victim))
                for try await total in group { #expect(total == "1200.00") }
            }
            #expect(try await Self.live(scene) == Set(orders))
            #expect(try await shopper.read("/api/v1/promo/\(code)", shopper.staff)["current_uses"]?.int == 4)
            try await scene.endOfFleet(workers)
        }

        @Test func thePromoWorkerIsAway() async throws {
            let scene = try await FaultScene.begin()
            let shopper = scene.shopper
            var workers: [Fleet.Member] = []
            for worker in FleetProgram.workers where worker != .promo {
                workers.append(try await scene.fleet.run(worker))
            }
            let first = try await scene.fleet.run(.promo)
            let code = "GONE-\(UInt16.random(in: .min ... .max))"
            _ = try await shopper.makeCode(code, uses: 1)
            let order = try await shopper.order(scene.tenant)
            #expect(try await first.process.terminate() == .exited(0))

            let body = #"{"code":"\#(code)","order_id":"\#(order)"}"#
            let accepted = try await shopper.customer.post("/api/v1/promo/apply", body)
            #expect(accepted.status == 202, "\(accepted.text)")
            let operation = try #require(accepted.headers["Location"])
            try await Self.letTimePass(scene)
            let outcome = try await shopper.wait(operation, "status", ["failed"], shopper.customer)
            #expect(outcome["problem"]?["code"]?.string == "unavailable")

            workers.append(try await scene.fleet.run(.promo))
            let isReleased = try await eventually(within: .seconds(30)) { try await Self.releases(scene) == 1 }
            #expect(isReleased, "a use was taken and not given back")
            #expect(try await Self.live(scene).isEmpty)
            let again = try await shopper.make("/api/v1/promo/apply", body, "\(scene.tenant)-again", shopper.customer)
            #expect(again.json["order"]?["total"]?.string == "1200.00")
            #expect(try await Self.live(scene) == [order])
            try await scene.endOfFleet(workers)
        }

        /// As if the eleven minutes were over for which an application waits.
        private static func letTimePass(_ scene: FaultScene) async throws {
            let isWaiting = try await eventually(within: .seconds(20)) {
                try await scene.fleet.query(
                    """
                    UPDATE oms_order.timers SET due_at = date_trunc('milliseconds', now())
                    WHERE name = 'application' AND tenant_id = $1 RETURNING subject
                    """, [.text(scene.tenant)]
                ) { $0.count } == 1
            }
            #expect(isWaiting)
        }

        private static func live(_ scene: FaultScene) async throws -> Set<String> {
            try await scene.fleet.query(
                "SELECT order_id::text FROM oms_promo.redemptions WHERE tenant_id = $1 AND released_at IS NULL",
                [.text(scene.tenant)]
            ) { rows in Set(try rows.map { try $0.text(0) }) }
        }

        private static func releases(_ scene: FaultScene) async throws -> Int {
            try await scene.fleet.query(
                "SELECT event_id FROM oms_promo.events WHERE tenant_id = $1 AND type = 'promo.released'",
                [.text(scene.tenant)]
            ) { $0.count }
        }
    }
}
