import Contracts
import Foundation
import TestSupport
import Testing

extension FaultTests {
    /// Staff cancel paid orders that have a waybill, and a worker ends without notice at each step of it: every order
    /// ends refunded, with one refund at the provider and one deletion at the carrier.
    @Suite struct CancellationKillTests {
        private struct Purchase: Sendable {
            let order: String
            let payment: String
            let number: String
        }

        private static let points = [
            "before-commit:1:kill", "after-commit:1:kill", "after-ack:1:kill", "after-publish:1:kill",
        ]

        @Test(arguments: [FleetProgram.order, .payment, .shipping])
        func everyCancellationEnds(victim: FleetProgram) async throws {
            let scene = try await FaultScene.begin()
            let shopper = scene.shopper
            var workers: [Fleet.Member] = []
            for worker in FleetProgram.workers where worker != victim {
                workers.append(try await scene.fleet.run(worker))
            }
            try await shopper.withStillParcels {
                let healthy = try await scene.fleet.run(victim)
                var purchases: [Purchase] = []
                for index in Self.points.indices {
                    purchases.append(try await Self.buy("\(scene.tenant)-\(index)", shopper))
                }
                #expect(try await healthy.process.terminate() == .exited(0))

                let cancelled = try await withThrowingTaskGroup(of: String.self) { group in
                    for (point, purchase) in zip(Self.points, purchases) {
                        let dying = try await scene.fleet.run(victim, failpoints: point)
                        group.addTask {
                            try await shopper.make(
                                "/api/v1/orders/\(purchase.order)/cancel", "{}", "\(purchase.order)-cancel",
                                shopper.staff
                            ).id
                        }
                        #expect(try await dying.process.waitForEnd(within: .seconds(60)) == .killed(signal: SIGKILL))
                        #expect(dying.hasFailed)
                        try await Self.awaitCallsUnderWay(shopper)
                        try await scene.endLeases(of: victim)
                    }
                    workers.append(try await scene.fleet.run(victim))
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                #expect(cancelled == Set(purchases.map(\.order)))
                for purchase in purchases {
                    try await shopper.wait("/api/v1/orders/\(purchase.order)", "status", ["refunded"], shopper.staff)
                }
                try await expectEverythingOnce(purchases, shopper)
            }
            try await scene.endOfFleet(workers)
        }

        /// Until what the dead process may have sent has arrived at the providers: nothing outlives the ninety seconds of a lease,
        /// and these are made short here.
        private static func awaitCallsUnderWay(_ shopper: Shopper) async throws {
            var (count, since) = (-1, ContinuousClock.now)
            let isCalm = try await eventually(within: .seconds(30)) {
                let entries = try await shopper.journal("liqpay").count + shopper.journal("novaposhta").count
                if entries != count { (count, since) = (entries, .now) }
                return ContinuousClock.now - since > .seconds(1)
            }
            #expect(isCalm)
        }

        /// A paid order of two units, one of them on a waybill.
        private static func buy(_ key: String, _ shopper: Shopper) async throws -> Purchase {
            let order = try await shopper.order(key)
            let payment = try await shopper.payFor(order, key)
            let shipment = try await shopper.ship(order, quantity: 1, key)
            try await shopper.wait("/api/v1/orders/\(order)", "status", ["processing"], shopper.staff)
            return Purchase(
                order: order, payment: payment, number: shipment.json["tracking_number"]?.string ?? "")
        }

        private func expectEverythingOnce(_ purchases: [Purchase], _ shopper: Shopper) async throws {
            let bank = try await shopper.journal("liqpay")
            let carrier = try await shopper.journal("novaposhta")
            for purchase in purchases {
                let refunds = bank.filter {
                    $0["kind"]?.string == "refund" && $0["order_id"]?.string == purchase.payment
                }
                #expect(refunds.compactMap { $0["amount"]?.scalarText } == ["1500.00"], "\(purchase)")
                let deletions = carrier.count {
                    $0["kind"]?.string == "delete" && $0["number"]?.string == purchase.number
                }
                #expect(deletions == 1, "\(purchase)")
                let order = try await shopper.read("/api/v1/orders/\(purchase.order)", shopper.staff)
                #expect(order["amount_refunded"]?.string == "1500.00")
                #expect(order["cancellation"]?["by"]?["id"]?.string == "admin_1")
            }
        }
    }
}
