import Contracts
import CurlHTTP
import TestSupport
import Testing

/// Several processes of each kind; and what clients see when there is none of one.
@Suite("Scale and absence", .serialized, .keepsFleetLogs, .timeLimit(.minutes(3))) struct ScaleTests {
    @Test func twoGatewaysAndTwoWorkersShareTheWork() async throws {
        let shop = try await ShopFleet.start()
        let (worker, gateway) = (try await shop.fleet.run(.order), try await shop.fleet.run(.gateway))
        let load = OrderLoad(shop.fleet, [shop.gateway, gateway], tenant: "scale", limit: 300, pause: .zero)
        let before = try await handled(shop.workers[0], shop)
        await load.run()
        let tally = load.tally
        #expect(tally.unexpected.isEmpty && tally.contradicted.isEmpty)
        #expect(tally.accepted.count == 300)
        #expect(tally.replays == 42)
        #expect(try await FleetAudit(shop.fleet, tenant: "scale").orders().count == 300)
        #expect(try await handled(worker, shop) > 20)
        #expect(try await handled(shop.workers[0], shop) - before > 20)
        #expect(try await worker.process.terminate() == .exited(0))
        #expect(try await gateway.process.terminate() == .exited(0))
    }

    /// Messages that a worker process has decided.
    private func handled(_ worker: Fleet.Member, _ shop: ShopFleet) async throws -> Int {
        let text = try await shop.client().get("\(worker.adminURL)/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix("oms_messages_total") }
        return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
    }

    /// A fleet of its own: it stops the broker, which would disturb all other tests.
    @Test func withoutBrokerNothingIsAccepted() async throws {
        let fleet = try await Fleet.start([.order])
        _ = try await fleet.run(.sandbox)
        let gateway = try await fleet.run(.gateway)
        let client = FleetClient(fleet, gateway)

        // No order worker has ever been there: nobody would take the message.
        let early = try await client.post("/api/v1/orders", OrderBody.simple())
        #expect(early.status == 503)

        let worker = try await fleet.run(.order)
        #expect(try await client.post("/api/v1/orders", OrderBody.simple()).status == 201)
        try await fleet.broker.stop()
        let started = ContinuousClock.now
        for _ in 0..<20 {
            let answer = try await client.post("/api/v1/orders", OrderBody.simple())
            #expect(answer.status == 503)
            #expect(answer.problem == "unavailable")
            #expect(answer.headers["Retry-After"] != nil)
        }
        #expect(ContinuousClock.now - started < .seconds(5))
        #expect(await !fleet.isReady(gateway))

        try await fleet.broker.start()
        #expect(
            try await eventually(within: .seconds(30)) {
                try await client.post("/api/v1/orders", OrderBody.simple()).status == 201
            })
        // The worker gone, its queue stays: a change is accepted and done later, a read is not.
        #expect(try await worker.process.terminate() == .exited(0))
        let later = try await client.post("/api/v1/orders", OrderBody.simple())
        #expect(later.status == 202)
        #expect(try await client.get("/api/v1/orders").status == 503)
        _ = try await fleet.run(.order)
        let location = try #require(later.headers["Location"])
        #expect(
            try await eventually(within: .seconds(20)) {
                try await client.get(location).json?["status"]?.string == "succeeded"
            })
        await fleet.stop()
    }
}
