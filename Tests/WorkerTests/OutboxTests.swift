import Bus
import Contracts
import Foundation
import Postgres
import Synchronization
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
        let left = try await leave(3, of: name, claimedUntil: .now.adding(.seconds(60)), bench)
        try await bench.query(
            "INSERT INTO counters (name, value, version, base) VALUES ($1, 3, 3, 2)", [.text(name)]
        ) { _ in }
        for _ in 0..<3 { #expect(await bench.ask(bench.message("counter.add", name))?.status == 200) }
        #expect(bench.seen(name).isEmpty, "published before the dead process's claim was over")
        try await bench.query("UPDATE outbox SET claimed_until = now() WHERE batch_id = ANY($1)", [.int64Array(left)]) {
            _ in
        }
        #expect(try await eventually(within: .seconds(15)) { bench.seen(name).count == 6 })
        #expect(bench.seen(name) == [1, 2, 3, 4, 5, 6])
        #expect(try await eventually { try await rows(bench, name) == 0 })
    }

    /// While a process claims, another takes nothing: beside it, it could get later rows of the same aggregate only.
    @Test func oneProcessClaimsAtATime() async throws {
        let bench = try await WorkerBench.start()
        let (name, other) = (WorkerBench.Value.name(), WorkerBench.Value.name())
        let free = Timestamp.now.adding(.seconds(10))
        let first = try #require(try await leave(2, of: name, claimedUntil: free, bench).first)
        let isOver = Mutex(false)
        async let claim: Void = onThread {
            var options = PostgresOptions(applicationName: "tests", schema: WorkerBench.worker.schema)
            options.idleInTransactionTimeout = .seconds(60)
            let connection = try PostgresConnection(bench.database, options: options)
            defer { connection.close() }
            while try !connection.pipeline([.begin, RuntimeStatements.relayTurn])[1].only().bool(0) {
                try connection.run(.rollback)
            }
            let claim = RuntimeStatements.claim(
                [first], owner: .new(), until: .now.adding(.seconds(5)), at: free.adding(.seconds(1)))
            #expect(try connection.run(claim).count == 1)
            while !isOver.withLock({ $0 }) { Thread.sleep(forTimeInterval: 0.01) }
            try connection.run(.commit)
        }
        // Whoever takes the reminder, when both rows are free, looks at them in the same tick.
        _ = await bench.ask(bench.message("counter.remind", other, #"{"ms":10500}"#))
        #expect(try await eventually(within: .seconds(40)) { try await bench.value(of: other) == 1001 })
        isOver.withLock { $0 = true }
        try await claim
        #expect(try await eventually(within: .seconds(30)) { bench.seen(name).count == 2 })
        #expect(bench.seen(name) == [1, 2])
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

    /// Events that a process has stored, one row each, and did not publish. Numbers of the rows.
    private func leave(
        _ count: Int, of name: String, claimedUntil: Timestamp, _ bench: WorkerBench.Value
    ) async throws -> [Int64] {
        let dead = Identifier.new()
        var batches: [Int64] = []
        for sequence in 1...count {
            let event = Event(
                id: .new(), type: "counter.changed", tenant: WorkerBench.tenant, subject: name,
                sequence: Int64(sequence), time: .now, actor: .system, body: Array("{}".utf8))
            let statement = RuntimeStatements.append(
                [event], sends: [], owner: dead, claimedUntil: claimedUntil, at: .now)
            batches.append(try await bench.query(statement.sql, statement.parameters) { try $0.only().int64(0) })
        }
        return batches
    }

    private func rows(_ bench: WorkerBench.Value, _ name: String) async throws -> Int64 {
        try await bench.query("SELECT count(*) FROM outbox WHERE $1 = ANY(subjects)", [.text(name)]) {
            try $0.only().int64(0)
        }
    }
}
