import Bus
import Contracts
import Postgres
import TestSupport
import Testing
import Worker

/// Calls to providers and timers: begun after the commit, settled once.
@Suite(.timeLimit(.minutes(2))) struct EffectTests {
    private func effect(of message: Message) -> Identifier {
        Identifier.derived(from: message.id.description, "call")
    }

    private func rows(_ bench: WorkerBench.Value, _ id: Identifier) async throws -> Int64 {
        try await bench.query("SELECT count(*) FROM effects WHERE effect_id = $1", [.id(id)]) { try $0.only().int64(0) }
    }

    @Test func madeOnceAndDecided() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message("counter.call", name)
        #expect(await bench.ask(message)?.status == 202)
        #expect(try await eventually { try await bench.value(of: name) == 101 })
        #expect(bench.calls.attempts(effect(of: message)) == [1])
        let end = try #require(bench.calls.end(effect(of: message)), "no request may outlive the lease")
        #expect((30...90).contains(end.since(.now).inSeconds))
        #expect(try await rows(bench, effect(of: message)) == 0)
        // The command once more: no second call.
        _ = await bench.ask(message)
        #expect(bench.calls.attempts(effect(of: message)) == [1])
        #expect(try await bench.value(of: name) == 101)
    }

    @Test func calledAgainLater() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message("counter.call", name, #"{"kind":"later"}"#)
        _ = await bench.ask(message)
        #expect(try await eventually { try await bench.value(of: name) == 101 })
        #expect(bench.calls.attempts(effect(of: message)) == [1, 2])
        #expect(try await rows(bench, effect(of: message)) == 0)
    }

    /// A process dies in the middle of a call: when the lease is over another makes it again under the same id, and a
    /// late result of the first counts no more.
    @Test func takenOverWhenTheLeaseIsOver() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let message = bench.message("counter.call", name, #"{"kind":"lost"}"#)
        _ = await bench.ask(message)
        let id = effect(of: message)
        #expect(try await eventually { bench.calls.attempts(id) == [1] })
        let lease = try await bench.query(
            "SELECT sending, due_at > now() + interval '30 s' FROM effects WHERE effect_id = $1", [.id(id)]
        ) { (try $0.only().bool(0), try $0.only().bool(1)) }
        #expect(lease == (true, true))
        try await bench.query("UPDATE effects SET due_at = now() WHERE effect_id = $1", [.id(id)]) { _ in }
        #expect(try await eventually { try await bench.value(of: name) == 101 })
        #expect(bench.calls.attempts(id) == [1, 2])
        bench.calls.release(id)
        #expect(try await eventually { try await rows(bench, id) == 0 })
        // Whatever the late result does would be done before the answer to this.
        _ = await bench.ask(bench.message("counter.add", name))
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await bench.value(of: name) == 102)
    }

    @Test func timerFiresOnce() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        _ = await bench.ask(bench.message("counter.remind", name, #"{"ms":100}"#))
        #expect(try await eventually { try await bench.value(of: name) == 1001 })
        try await Task.sleep(for: .seconds(1.5))
        #expect(try await bench.value(of: name) == 1001)
        let left = try await bench.query("SELECT count(*) FROM timers WHERE subject = $1", [.text(name)]) {
            try $0.only().int64(0)
        }
        #expect(left == 0)
    }

    /// Setting a timer again moves it; the earlier time means nothing any more.
    @Test func timerIsMoved() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        _ = await bench.ask(bench.message("counter.remind", name, #"{"ms":6000}"#))
        #expect(await bench.ask(bench.message("counter.remind", name, #"{"ms":86400000}"#))?.status == 200)
        #expect(try await bench.value(of: name) == 2)
        try await Task.sleep(for: .seconds(8))
        #expect(try await bench.value(of: name) == 2)
    }
}
