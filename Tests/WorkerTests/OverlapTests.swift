import Bus
import Contracts
import Postgres
import TestSupport
import Testing

/// Batches that load nothing are decided while the ones before them are being committed.
@Suite(.timeLimit(.minutes(2))) struct OverlapTests {
    /// Every message comes twice, each time in a bundle of its own, and now and then one that the database refuses.
    @Test func eachIsMadeOnceWhateverHappensToItsNeighbours() async throws {
        let bench = try await WorkerBench.start()
        let good = (0..<150).map { _ in bench.message("counter.new", WorkerBench.Value.name()) }
        let poison = (0..<3).map { _ in
            bench.message("counter.new", WorkerBench.Value.name(), #"{"by":2000000}"#)
        }
        var random = Seeded(4)
        let order = (good + good + poison).shuffled(using: &random)
        try await bench.publish(order.flatMap { Message.commandBundles([$0]) })
        let names = good.map(\.subject)
        let isComplete = try await eventually(within: .seconds(30)) {
            try await bench.query("SELECT count(*) FROM counters WHERE name = ANY($1)", [.textArray(names)]) {
                try $0.only().int64(0)
            } == 150
        }
        #expect(isComplete)
        #expect(
            try await eventually { try await Parked.ids(bench).isSuperset(of: poison.map(\.id.description)) })
        // One more through the same queue: when it is done, all copies before it are settled or in work.
        let last = WorkerBench.Value.name()
        try await bench.publish(Message.commandBundles([bench.message("counter.add", last)]))
        #expect(try await eventually { try await bench.value(of: last) == 1 })
        #expect(try await Parked.ids(bench).isDisjoint(with: good.map(\.id.description)))
        let events = try await bench.query(
            "SELECT subject, count(*) FROM events WHERE subject = ANY($1) GROUP BY 1 HAVING count(*) <> 1",
            [.textArray(names)]
        ) { $0.count }
        #expect(events == 0)
        for name in names { #expect(try await eventually { bench.seen(name) == [1] }) }
    }

    @Test func askersGetTheirOwnAnswers() async throws {
        let bench = try await WorkerBench.start()
        try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                group.addTask {
                    let name = WorkerBench.Value.name()
                    let reply = try #require(
                        await bench.ask(bench.message("counter.new", name, #"{"by":\#(number)}"#)))
                    #expect(reply.status == 201)
                    let body = try JSONParser.parse(reply.body)
                    #expect(body["name"]?.string == name)
                    #expect(body["value"]?.int == Int64(number))
                }
            }
            try await group.waitForAll()
        }
    }
}
