import Bus
import Contracts
import Postgres
import TestSupport
import Testing

@testable import Worker

/// Events reach other services once and in order, whoever has to publish them.
@Suite(.timeLimit(.minutes(2))) struct OutboxTests {
    @Test func leavesNothingBehind() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        for _ in 0..<5 { _ = await bench.ask(bench.message("counter.add", name)) }
        #expect(try await eventually { bench.seen(name) == [1, 2, 3, 4, 5] })
        #expect(try await eventually { try await rows(bench, name) == 0 })
    }

    /// Rows of a process that died: published by the relay, in order for each aggregate, and those that come later for
    /// the same aggregate wait for them.
    @Test func relaysWhatADeadProcessLeft() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        let dead = Identifier.new()
        let until = Timestamp.now.adding(.seconds(3))
        for sequence in 1...3 {
            let event = Event(
                id: .new(), type: "counter.changed", tenant: WorkerBench.tenant, subject: name,
                sequence: Int64(sequence), time: .now, actor: .system, body: Array("{}".utf8))
            let statement = RuntimeStatements.append(
                [event], sends: [], owner: dead, claimedUntil: until, at: .now)
            try await bench.query(statement.sql, statement.parameters) { _ in }
        }
        try await bench.query(
            "INSERT INTO counters (name, value, version, base) VALUES ($1, 3, 3, 2)", [.text(name)]
        ) { _ in }
        for _ in 0..<3 { #expect(await bench.ask(bench.message("counter.add", name))?.status == 200) }
        #expect(bench.seen(name).isEmpty, "published before the dead process's claim was over")
        #expect(try await eventually(within: .seconds(15)) { bench.seen(name).count == 6 })
        #expect(bench.seen(name) == [1, 2, 3, 4, 5, 6])
        #expect(try await eventually { try await rows(bench, name) == 0 })
    }

    /// Two processes work on one aggregate in turns: its events arrive in the order of their versions.
    @Test func twoProcessesKeepTheOrder() async throws {
        let bench = try await WorkerBench.start()
        let names = (0..<4).map { _ in WorkerBench.Value.name() }
        let rounds = 80
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in names {
                group.addTask {
                    for _ in 0..<rounds / 4 {
                        // Single bundles, so that the broker deals them out to both processes.
                        let messages = (0..<4).map { _ in bench.message("counter.add", name) }
                        try await bench.publish(messages.flatMap { Message.commandBundles([$0]) })
                    }
                }
            }
            try await group.waitForAll()
        }
        let all = (1...Int64(rounds)).map { $0 }
        for name in names {
            #expect(try await eventually(within: .seconds(30)) { bench.seen(name).count == rounds })
            #expect(try await bench.logged(name) == all)
            #expect(bench.seen(name) == all)
            #expect(try await bench.value(of: name) == Int64(rounds))
        }
    }

    private func rows(_ bench: WorkerBench.Value, _ name: String) async throws -> Int64 {
        try await bench.query("SELECT count(*) FROM outbox WHERE $1 = ANY(subjects)", [.text(name)]) {
            try $0.only().int64(0)
        }
    }
}
