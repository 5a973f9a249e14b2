import AMQP
import Bus
import Contracts
import Postgres
import TestSupport
import Testing
import Worker

/// What cannot be handled is tried again or parked, and its neighbours do not notice.
@Suite(.timeLimit(.minutes(2))) struct FailureTests {
    @Test(arguments: [("counter.unknown", "{}"), ("counter.add", #"{"by":"#)])
    func unreadableIsParked(type: String, body: String) async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let poison = bench.message(type, name, body)
        let neighbours = [bench.message("counter.add", name), poison, bench.message("counter.add", name)]
        try await bench.publish(neighbours.flatMap { Message.commandBundles([$0]) })
        #expect(try await eventually { try await bench.value(of: name) == 2 })
        #expect(try await eventually { try await Parked.all(bench)[poison.id.description] != nil })
        let entry = try #require(try await Parked.all(bench)[poison.id.description])
        #expect(entry.reason.hasPrefix("intake"))
        #expect(entry.origin == WorkerBench.worker.commandQueue)
        let kept = try #require(try Bundle.unpackMessages(entry.body).first)
        #expect(kept.body == poison.body)
        #expect(kept.id == poison.id)
    }

    /// The database refuses one of a hundred in one bundle; the others count once.
    @Test func brokenConstraintIsParkedAlone() async throws {
        let bench = try await WorkerBench.start()
        let names = (0..<60).map { _ in WorkerBench.Value.name() }
        let poison = bench.message("counter.add", names[31], #"{"by":2000000}"#)
        var messages = names.map { bench.message("counter.add", $0) }
        messages.insert(poison, at: 31)
        try await bench.publish(Message.commandBundles(messages))
        #expect(try await eventually { try await Parked.all(bench)[poison.id.description] != nil })
        for name in names {
            #expect(try await eventually { try await bench.value(of: name) == 1 })
            #expect(try await bench.logged(name) == [1])
        }
    }

    @Test func poisonThatIsAwaitedIsAnswered() async throws {
        let bench = try await WorkerBench.start()
        let reply = await bench.ask(bench.message("counter.add", WorkerBench.Value.name(), #"{"by":2000000}"#))
        #expect(reply?.status == 500)
    }

    @Test func aKnownConstraintIsAnAnswer() async throws {
        let bench = try await WorkerBench.start()
        let label = WorkerBench.Value.name()
        let (first, second) = (WorkerBench.Value.name(), WorkerBench.Value.name())
        #expect(await bench.ask(bench.message("counter.label", first, #"{"label":"\#(label)"}"#))?.status == 200)
        let message = bench.message("counter.label", second, #"{"label":"\#(label)"}"#)
        let refused = try #require(await bench.ask(message))
        #expect(refused.status == 409)
        #expect(try await bench.value(of: second) == nil)
        #expect(await bench.ask(message)?.body == refused.body)
    }

    @Test func retryClimbsTheLadder() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let started = ContinuousClock.now
        let reply = try #require(await bench.ask(bench.message("counter.try_later", name)))
        #expect(reply.status == 200)
        #expect(ContinuousClock.now - started > .milliseconds(900))
        #expect(try await bench.value(of: name) == 1)
    }

    @Test func afterTheLastStepItIsRefused() async throws {
        let bench = try await WorkerBench.start()
        let message = bench.message(
            "counter.try_later", WorkerBench.Value.name(), attempt: RetryStep.allCases.count)
        let reply = try #require(await bench.ask(message))
        #expect(reply.status == 503)
        #expect(try JSONParser.parse(reply.body)["code"]?.string == "unavailable")
    }

    @Test func refusedByIntake() async throws {
        let bench = try await WorkerBench.start()
        let message = bench.message("counter.refuse", WorkerBench.Value.name())
        let reply = try #require(await bench.ask(message))
        #expect(reply.status == 422)
        let body = try JSONParser.parse(reply.body)
        #expect(body["request_id"]?.string == message.requestID)
        #expect(body["instance"]?.string == message.path)
    }

    @Test func forwardedKeepsItsID() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message("counter.forward", name)
        #expect(await bench.ask(message)?.status == 200)
        #expect(try await bench.value(of: name) == 1)
        let type = try await bench.query("SELECT type FROM inbox WHERE message_id = $1", [.id(message.id)]) {
            try $0.first?.text(0)
        }
        #expect(type == "counter.add")
    }
}
