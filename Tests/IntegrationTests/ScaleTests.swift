import Bus
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

    private static let patient: HTTPHeaders = ["Prefer": "wait=10"]

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
        // The first of a new process: it learns the catalogue.
        let first = try await client.post("/api/v1/orders", OrderBody.simple(), headers: Self.patient)
        #expect(first.status == 201)
        try await tellsThoseWhoAreNotThereYet(fleet, client)
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
        try await refusesWhileBlocked(fleet, gateway, client)
        // The worker gone, its queue stays: a change is accepted and done later, a read is not.
        #expect(try await worker.process.terminate() == .exited(0))
        let later = try await client.post("/api/v1/orders", OrderBody.simple())
        #expect(later.status == 202)
        #expect(try await client.get("/api/v1/orders").status == 503)
        try await refusesWhatNoQueueHasRoomFor(fleet, client)
        let location = try #require(later.headers["Location"])
        let waiting = try await client.get(location)
        #expect(waiting.status == 200, "of an operation that waits for its worker")
        #expect(waiting.json?["status"]?.string == "accepted")
        try await drainsOpenRequests(fleet)
        _ = try await fleet.run(.order)
        #expect(
            try await eventually(within: .seconds(20)) {
                try await client.get(location).json?["status"]?.string == "succeeded"
            })
        await fleet.stop()
    }

    /// No other worker has ever been there: what it has to hear waits for it.
    private func tellsThoseWhoAreNotThereYet(_ fleet: Fleet, _ client: FleetClient) async throws {
        let made = try await client.post("/api/v1/orders", OrderBody.simple(), headers: Self.patient)
        let order = try #require(made.headers["Location"])
        #expect(try await client.post("\(order)/cancel", "{}", headers: Self.patient).status == 200)
        let audit = FleetAudit(fleet, tenant: "default")
        for worker in [WorkerName.payment, .shipping, .promo] {
            #expect(try await eventually { try await audit.messages(in: worker.eventQueue) == 1 }, "\(worker)")
        }
    }

    /// A broker with an alarm takes nothing; the gateway says so at once.
    private func refusesWhileBlocked(_ fleet: Fleet, _ gateway: Fleet.Member, _ client: FleetClient) async throws {
        try await fleet.broker.control("set_vm_memory_high_watermark", "0")
        #expect(
            try await eventually { try await client.post("/api/v1/orders", OrderBody.simple()).status == 503 })
        let started = ContinuousClock.now
        for _ in 0..<20 {
            let answer = try await client.post("/api/v1/orders", OrderBody.simple())
            #expect(answer.problem == "unavailable")
            #expect(answer.headers["Retry-After"] != nil)
            #expect(try await client.get("/api/v1/orders").status == 503)
        }
        #expect(ContinuousClock.now - started < .seconds(4), "less than 100 ms each")
        #expect(await !fleet.isReady(gateway))
        try await fleet.broker.control("set_vm_memory_high_watermark", "absolute", "512MB")
        #expect(
            try await eventually(within: .seconds(30)) {
                try await client.post("/api/v1/orders", OrderBody.simple()).status == 201
            })
    }

    /// An operator's limit on a queue: what finds no room was not accepted.
    private func refusesWhatNoQueueHasRoomFor(_ fleet: Fleet, _ client: FleetClient) async throws {
        try await fleet.broker.control(
            "set_policy", "full", "^oms.order.commands$", #"{"max-length":1}"#, "--apply-to", "queues")
        var answer: FleetClient.Answer?
        #expect(
            try await eventually {
                answer = try await client.post(
                    "/api/v1/orders", OrderBody.simple(), headers: ["Prefer": "respond-async"])
                return answer?.status == 503
            })
        #expect(answer?.problem == "unavailable")
        #expect(answer?.headers["Retry-After"] != nil)
        try await fleet.broker.control("clear_policy", "full")
    }

    /// Who is told to stop answers what it has begun, and takes nothing new.
    private func drainsOpenRequests(_ fleet: Fleet) async throws {
        let gateway = try await fleet.run(.gateway)
        let client = FleetClient(fleet, gateway)
        let queues = [WorkerName.order.requestQueue, WorkerName.order.queryQueue]
        for queue in queues { try await fleet.broker.control("purge_queue", queue) }
        async let open = client.post("/api/v1/orders", OrderBody.simple(), headers: ["Prefer": "wait=5"])
        async let read = client.get("/api/v1/orders")
        let audit = FleetAudit(fleet, tenant: "default")
        for queue in queues { #expect(try await eventually { try await audit.messages(in: queue) > 0 }) }
        let ending = Task { try await gateway.process.terminate() }
        #expect(try await open.status == 202)
        #expect(try await read.status == 503, "the worker is away")
        #expect(try await ending.value == .exited(0))
    }
}
