import Bus
import Contracts
import Postgres
import TestSupport
import Testing
import Worker

/// A message that comes again changes nothing and gets the answer of the first.
@Suite(.timeLimit(.minutes(2))) struct RepeatTests {
    @Test func twiceInOneBundle() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message("counter.add", name)
        try await bench.publish(Message.commandBundles([message, message, bench.message("counter.add", name)]))
        #expect(try await eventually { try await bench.value(of: name) == 2 })
        #expect(try await bench.logged(name) == [1, 2])
    }

    @Test func laterWithTheSameAnswer() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message("counter.add", name, #"{"by":5}"#, repeats: .keyed)
        let first = try #require(await bench.ask(message))
        #expect(first.status == 200)
        #expect(first.headers["Idempotent-Replayed"] == nil)
        // The counter moves on; the answer does not.
        _ = await bench.ask(bench.message("counter.add", name))
        var again = try #require(await bench.ask(message))
        #expect(again.headers.removeValue(forKey: "Idempotent-Replayed") == "true")
        #expect(again == first)
        #expect(try await bench.value(of: name) == 6)
    }

    @Test func refusalIsRepeatedToo() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message("counter.add", name, #"{"by":13}"#, repeats: .keyed)
        let first = try #require(await bench.ask(message))
        let again = try #require(await bench.ask(message))
        #expect(first.status == 409)
        #expect(again.body == first.body)
        #expect(try await bench.value(of: name) == nil)
    }

    /// Single commands to two processes at once: whoever comes second finds the first's inbox row, and nothing is parked.
    @Test func concurrentlyInTwoProcesses() async throws {
        let bench = try await WorkerBench.start()
        let names = (0..<60).map { _ in WorkerBench.Value.name() }
        let messages = names.map { bench.message("counter.add", $0) }
        try await bench.publish(
            messages.flatMap { message in
                (0..<4).flatMap { _ in Message.commandBundles([message]) }
            })
        let settled = try await eventually(within: .seconds(20)) {
            try await bench.query("SELECT count(*) FROM counters WHERE name = ANY($1)", [.textArray(names)]) {
                try $0.only().int64(0)
            } == 60
        }
        #expect(settled)
        // One more through the same queue: when it is done, all copies before it are settled or in work.
        let last = WorkerBench.Value.name()
        try await bench.publish(Message.commandBundles([bench.message("counter.add", last)]))
        #expect(try await eventually { try await bench.value(of: last) == 1 })
        for name in names { #expect(try await bench.value(of: name) == 1) }
        let parked = try await Parked.ids(bench)
        #expect(parked.isDisjoint(with: messages.map(\.id.description)))
    }

    @Test func anotherBodyUnderTheSameKey() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message("counter.add", name, #"{"by":1,"note":"a"}"#, repeats: .keyed)
        _ = try #require(await bench.ask(message))
        var other = message
        other.body = Array(#"{"by":2,"note":"a"}"#.utf8)
        let refused = try #require(await bench.ask(other))
        #expect(refused.status == 422)
        #expect(try JSONParser.parse(refused.body)["code"]?.string == "idempotency_key_reused")
        var same = message
        same.body = Array(#" { "note" : "a", "by" : 1 } "#.utf8)
        #expect(await bench.ask(same)?.status == 200)
        #expect(try await bench.value(of: name) == 1)
    }

    @Test func aFirstOneThatStillRuns() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let slow = bench.message("counter.later", name, repeats: .keyed)
        async let first = bench.ask(slow, wait: .seconds(15))
        #expect(try await eventually { try await bench.value(of: name) != nil })
        let impatient = try #require(await bench.ask(slow))
        #expect(impatient.status == 409)
        #expect(try JSONParser.parse(impatient.body)["code"]?.string == "idempotency_in_flight")

        // Who says that it waits joins; the newest asker is the one that hears.
        func asker() async throws -> Int64 {
            try await bench.query("SELECT token FROM inbox WHERE message_id = $1", [.id(slow.id)]) {
                try $0.only().int64(0)
            }
        }
        let firstAsker = try await asker()
        var joining = slow
        joining.repeats.insert(.joins)
        let patient = joining
        async let second = bench.ask(patient, wait: .seconds(15))
        #expect(try await eventually { try await asker() != firstAsker })
        try await bench.publish(Message.commandBundles([bench.message("counter.finish", name)]))
        #expect(await second?.status == 201)
        let replay = try #require(await bench.ask(slow))
        #expect(replay.status == 201)
        #expect(replay.headers["Idempotent-Replayed"] == "true")
        _ = await first
    }

    /// Both stand in one bundle, so the second cannot find the first in the inbox.
    @Test func anEchoOfOneThatIsPutOff() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        var slow = bench.message("counter.later", name, repeats: .keyed)
        slow.replyTo = .init(queue: "amq.rabbitmq.reply-to.nobody", token: 1)
        var echo = slow
        echo.replyTo = .init(queue: "amq.rabbitmq.reply-to.nobody", token: 2)
        echo.repeats.insert(.joins)
        try await bench.publish(Message.commandBundles([slow, echo]))
        #expect(
            try await eventually {
                try await bench.query("SELECT token FROM inbox WHERE message_id = $1", [.id(slow.id)]) {
                    try $0.first?.int64(0)
                } == 2
            })
    }

    /// Those that come while the first waits, or is on its way to another queue, are answered like the first.
    @Test(arguments: ["counter.aside", "counter.forward", "counter.add"])
    func twentyAtOnce(type: String) async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message(type, name, repeats: [.keyed, .joins])
        let replies = await withTaskGroup(of: Reply?.self) { group in
            for _ in 0..<20 { group.addTask { await bench.ask(message) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(replies.count { $0?.status == 200 } == 20)
        #expect(Set(replies.map { $0?.body }).count == 1)
        #expect(try await bench.value(of: name) == 1)
    }

    /// The worker that forwards adds what it knows, which may differ at the repeat.
    @Test func forwardedAgain() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message("counter.forward", name, repeats: .keyed)
        let first = try #require(await bench.ask(message))
        _ = try #require(await bench.ask(bench.message("counter.add", name)))
        let again = try #require(await bench.ask(message))
        #expect(first.status == 200 && again.status == 200)
        #expect(again.body == first.body)
        #expect(again.headers["Idempotent-Replayed"] == "true")
        var other = message
        other.body = Array(#"{"by":2}"#.utf8)
        #expect(await bench.ask(other)?.status == 422)
    }
}
