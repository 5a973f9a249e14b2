import Contracts
import CurlHTTP
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

extension FaultTests {
    /// Each worker ends without notice at each step while customers take orders from the cart to the door: every order
    /// arrives, nobody pays twice, no code is used twice, no number of an invoice is missing.
    @Suite struct FleetKillTests {
        /// Fewest and most orders; they go on coming until the victim has died of everything.
        private static let orders = 9...200

        @Test(arguments: [FleetProgram.order, .payment, .shipping, .promo, .invoice])
        func everyOrderArrives(victim: FleetProgram) async throws {
            let scene = try await FaultScene.begin()
            var workers: [Fleet.Member] = []
            for worker in FleetProgram.workers where worker != victim {
                workers.append(try await scene.fleet.run(worker))
            }
            let shopper = scene.shopper
            let code = "KILL-\(UInt16.random(in: .min ... .max))"
            let deaths = Deaths()
            async let heir = Self.dieOfEverything(victim, scene, deaths)
            _ = try await shopper.makeCode(code, uses: Self.orders.upperBound)

            let purchases = await withTaskGroup(of: Result<Shopper.Purchase, any Error>.self) { group in
                for number in 1...Self.orders.upperBound {
                    if number > Self.orders.lowerBound, deaths.areOver { break }
                    // A little apart, so that each step of the demo path meets a kill.
                    try? await Task.sleep(for: .milliseconds(250))
                    group.addTask {
                        do {
                            return .success(try await shopper.buy("\(scene.tenant)-\(number)", promoCode: code))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            workers.append(try await heir)
            for case .failure(let error) in purchases { Issue.record(error) }
            let bought = purchases.compactMap { try? $0.get() }
            try await expectEverythingOnce(bought, scene, shopper, code: code)
            try await scene.endOfFleet(workers)
        }

        /// One process after the other, each with a worse moment to die; the last one lives.
        private static func dieOfEverything(
            _ program: FleetProgram, _ scene: FaultScene, _ deaths: Deaths
        ) async throws -> Fleet.Member {
            defer { deaths.end() }
            for point in ["before-commit:2:kill", "after-commit:2:kill", "after-ack:2:kill", "after-publish:2:kill"] {
                let worker = try await scene.fleet.run(program, failpoints: point)
                #expect(try await worker.process.waitForEnd(within: .seconds(60)) == .killed(signal: SIGKILL))
                #expect(worker.hasFailed)
                try await scene.endLeases(of: program)
            }
            return try await scene.fleet.run(program)
        }

        private final class Deaths: Sendable {
            private let over = Mutex(false)

            var areOver: Bool { over.withLock { $0 } }
            func end() { over.withLock { $0 = true } }
        }

        private func expectEverythingOnce(
            _ bought: [Shopper.Purchase], _ scene: FaultScene, _ shopper: Shopper, code: String
        ) async throws {
            let orders = try await scene.audit.orders()
            #expect(Set(orders.keys) == Set(bought.map(\.order)))
            #expect(Set(orders.values) == ["delivered"])

            // The provider's own book: one charge a payment.
            let bank = try await shopper.journal("liqpay").filter { $0["kind"]?.string == "charge" }
                .compactMap { $0["order_id"]?.string }.filter { id in bought.contains { $0.payment == id } }
            #expect(bank.count == bought.count)
            #expect(Set(bank) == Set(bought.map(\.payment)))
            let shipments = try await scene.fleet.query(
                "SELECT count(*) FROM oms_shipping.shipments WHERE tenant_id = $1", [.text(scene.tenant)]
            ) { try $0.only().int64(0) }
            #expect(shipments == Int64(bought.count))

            let uses = try await scene.fleet.query(
                "SELECT count(*) FROM oms_promo.redemptions WHERE tenant_id = $1 AND released_at IS NULL",
                [.text(scene.tenant)]
            ) { try $0.only().int64(0) }
            #expect(uses == Int64(bought.count))
            let hasInvoices = try await eventually(within: .seconds(40)) {
                try await Self.places(scene) == (1...Int64(bought.count)).map { $0 }
            }
            #expect(hasInvoices, "an invoice is missing or doubled")
        }

        private static func places(_ scene: FaultScene) async throws -> [Int64] {
            try await scene.fleet.query(
                "SELECT place FROM oms_invoice.documents WHERE tenant_id = $1 AND kind = 'invoice' ORDER BY place",
                [.text(scene.tenant)]
            ) { rows in try rows.map { try $0.int64(0) } }
        }
    }
}

extension FaultScene {
    var shopper: Shopper { Shopper(fleet, gateway, sandbox: sandbox, tenant: tenant) }

    /// As if the ninety seconds were over for which a dead process holds its calls to providers.
    func endLeases(of program: FleetProgram) async throws {
        guard let schema = program.schema else { return }
        try await fleet.query("UPDATE \(schema).effects SET due_at = now() WHERE sending") { _ in }
    }

    /// What must hold for all workers: everything published and seen, nothing left in a queue.
    func endOfFleet(_ workers: [Fleet.Member]) async throws {
        try await settle(for: .seconds(3))
        for schema in FleetProgram.workers.compactMap(\.schema) {
            #expect(try await eventually(within: .seconds(40)) { try await audit.count("\(schema).outbox") == 0 })
            try await expectAllSeen(of: schema)
        }
        for worker in workers { #expect(try await worker.process.terminate() == .exited(0)) }
        for name in ["order", "payment", "shipping", "promo", "invoice"] {
            for queue in ["requests", "commands", "events", "solo", "parked"] {
                let count = try await audit.messages(in: "oms.\(name).\(queue)")
                #expect(count == 0, "oms.\(name).\(queue) is not empty")
            }
        }
    }
}

extension Shopper {
    /// Makes a promo code of 20 % that can be used so often.
    func makeCode(_ code: String, uses: Int) async throws -> JSON {
        let body = """
            {"code":"\(code)","type":"percentage","value":"20","max_uses":\(uses),\
            "valid_from":"2025-06-01T00:00:00Z","valid_until":"2125-06-01T00:00:00Z"}
            """
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            let answer = try? await staff.post(
                "/api/v1/promo", body, headers: ["Idempotency-Key": "code-\(code)", "Prefer": "wait=5"])
            if answer?.status == 201, let json = answer?.json { return json }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw TestSupportError("the code \(code) cannot be made")
    }
}
