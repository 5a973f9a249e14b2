import AMQP
import Bus
import Contracts
import Postgres
import TestSupport
import Testing

@testable import Worker

/// Changes travel as requests while somebody waits for their answer, and as commands once nobody does.
@Suite(.timeLimit(.minutes(2))) struct RequestTests {
    /// The answer is put off for longer than the asker waits: the change is sent once more, to be kept, and done once.
    @Test func unansweredOneIsAcceptedAndDoneOnce() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message("counter.later", name)
        let outcome = await bench.requester.command(message, wait: .milliseconds(200))
        guard case .accepted = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try await eventually { try await bench.value(of: name) != nil })
        try await bench.publish(Message.commandBundles([bench.message("counter.finish", name)]))
        #expect(try await eventually { try await bench.logged(name) == [1, 2] })
        let rows = try await bench.query(
            "SELECT count(*) FROM inbox WHERE message_id = $1", [.id(message.id)]
        ) { try $0.only().int64(0) }
        #expect(rows == 1)
    }

    /// A queue that takes two bundles and no more: whose message is in it is told so, and whose is not as well.
    @Test func eachIsToldOfItsOwnBundle() async throws {
        let bench = try await WorkerBench.start()
        let (queue, type) = ("tests.full.\(UInt32.random(in: .min ... .max))", "full.\(WorkerBench.Value.name())")
        let arguments: AMQPHeaders = ["x-max-length": .int64(2), "x-overflow": .string("reject-publish")]
        try await onThread {
            let connection = try AMQPConnection(bench.broker, name: "tests full queue")
            defer { connection.close() }
            try connection.declareQueue(queue, arguments: arguments)
            try connection.bind(queue: queue, exchange: FleetExchange.commands, routingKey: type)
        }
        let messages = (0..<200).map { _ in bench.message(type, WorkerBench.Value.name()) }
        let confirmed = await withTaskGroup(of: Identifier?.self) { group in
            for message in messages {
                group.addTask {
                    if case .accepted = await bench.requester.submit(message) { message.id } else { nil }
                }
            }
            return await group.reduce(into: Set<Identifier>()) { if let id = $1 { $0.insert(id) } }
        }
        let stored = try await onThread { () -> [Message] in
            let connection = try AMQPConnection(bench.broker, name: "tests full queue")
            defer { connection.close() }
            try connection.consume(queue, noAck: true)
            var stored: [Message] = []
            let deadline = ContinuousClock.now + .seconds(10)
            while case let isDue = confirmed.isSubset(of: stored.map(\.id)) || ContinuousClock.now > deadline,
                case let events = try connection.receive(wait: isDue ? .milliseconds(200) : .seconds(1)),
                !(isDue && events.isEmpty)
            {
                for case .delivery(let delivery) in events { stored += try Bundle.unpackMessages(delivery.body) }
            }
            try connection.deleteQueue(queue)
            return stored
        }
        #expect(Set(stored.map(\.id)) == confirmed)
        #expect(confirmed.count < messages.count)
    }

    /// Nobody has bound a queue for it: it is not even kept.
    @Test func oneThatNobodyTakesIsNotSent() async throws {
        let bench = try await WorkerBench.start()
        let outcome = await bench.requester.command(
            bench.message("nobody.takes", WorkerBench.Value.name()), wait: .seconds(5))
        guard case .notSent = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    /// A process dies with a request in its hands: it goes on as a command, and its asker is answered as if nothing was.
    @Test func oneWhoseWorkerDiedIsAnswered() async throws {
        let bench = try await WorkerBench.start()
        let dying = Task {
            try await onThread {
                let connection = try AMQPConnection(bench.broker, name: "tests dying worker")
                defer { connection.close() }
                try connection.prefetch(1)
                try connection.consume(WorkerBench.worker.requestQueue)
                let deadline = ContinuousClock.now + .seconds(30)
                while ContinuousClock.now < deadline {
                    for case .delivery in try connection.receive(wait: .milliseconds(100)) { return true }
                }
                return false
            }
        }
        // Not asserted: it may have taken a request of another suite by then, and be gone. What counts comes below.
        _ = try await eventually(within: .seconds(5)) {
            try await onThread {
                let connection = try AMQPConnection(bench.broker, name: "tests look")
                defer { connection.close() }
                return try connection.counts(ofQueue: WorkerBench.worker.requestQueue).consumers >= 3
            }
        }
        // The broker hands them out in turn.
        for _ in 0..<12 {
            let name = WorkerBench.Value.name()
            let reply = await bench.ask(bench.message("counter.add", name))
            #expect(reply?.status == 200)
            #expect(reply?.headers["Idempotent-Replayed"] == nil)
            #expect(try await bench.logged(name) == [1])
        }
        #expect(try await dying.value)
    }
}
