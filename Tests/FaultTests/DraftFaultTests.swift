import Contracts
import CurlHTTP
import Postgres
import TestSupport
import Testing

extension FaultTests {
    /// A worker that a new order needs is away until the order is given up: the client is told, and what the worker does
    /// when it comes back leaves nothing half made.
    @Suite struct DraftFaultTests {
        @Test(arguments: [FleetProgram.promo, .shipping])
        func aHelperThatIsAway(helper: FleetProgram) async throws {
            let scene = try await FaultScene.begin()
            let shopper = scene.shopper
            var workers: [Fleet.Member] = []
            for worker in FleetProgram.workers where worker != helper {
                workers.append(try await scene.fleet.run(worker))
            }
            let first = try await scene.fleet.run(helper)
            let code = "AWAY-\(UInt16.random(in: .min ... .max))"
            _ = try await shopper.makeCode(code, uses: 1)
            #expect(try await first.process.terminate() == .exited(0))

            let accepted = try await shopper.customer.post("/api/v1/orders", Shopper.body(promoCode: code))
            #expect(accepted.status == 202, "\(accepted.text)")
            let operation = try #require(accepted.headers["Location"])
            try await Self.waitForDraft(helper, scene)
            try await Self.letTimePass(scene)
            let outcome = try await shopper.wait(operation, "status", ["failed"], shopper.customer)
            #expect(outcome["problem"]?["code"]?.string == "unavailable")

            workers.append(try await scene.fleet.run(helper))
            if helper == .promo {
                let isReleased = try await eventually(within: .seconds(30)) {
                    try await Self.releases(scene) == ["order_not_created"]
                }
                #expect(isReleased, "a use was taken and not given back")
            }
            #expect(try await scene.audit.orders().isEmpty)
            // The one use of the code is free again.
            let order = try await shopper.make(
                "/api/v1/orders", Shopper.body(promoCode: code), "\(scene.tenant)-again", shopper.customer)
            #expect(order.json["promo_code"]?.string == code)
            try await shopper.wait("/api/v1/orders/\(order.id)", "stock_status", ["reserved"], shopper.customer)
            try await scene.endOfFleet(workers)
        }

        /// Until the draft waits for the worker that is away.
        private static func waitForDraft(_ helper: FleetProgram, _ scene: FaultScene) async throws {
            let state = helper == .promo ? "promo" : "quote"
            let isWaiting = try await eventually(within: .seconds(20)) {
                try await scene.fleet.query(
                    "SELECT state FROM oms_order.drafts WHERE tenant_id = $1", [.text(scene.tenant)]
                ) { rows in try rows.map { try $0.text(0) } } == [state]
            }
            #expect(isWaiting)
        }

        /// As if the eleven minutes were over for which a draft waits.
        private static func letTimePass(_ scene: FaultScene) async throws {
            try await scene.fleet.query(
                "UPDATE oms_order.timers SET due_at = date_trunc('milliseconds', now()) WHERE name = 'draft' AND tenant_id = $1",
                [.text(scene.tenant)]
            ) { _ in }
        }

        private static func releases(_ scene: FaultScene) async throws -> [String] {
            try await scene.fleet.query(
                "SELECT release_reason FROM oms_promo.redemptions WHERE tenant_id = $1 AND released_at IS NOT NULL",
                [.text(scene.tenant)]
            ) { rows in try rows.map { try $0.text(0) } }
        }
    }
}
