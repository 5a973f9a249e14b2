import Glibc
import Postgres
import TestSupport
import Testing

/// Transactions that are sent one behind the other.
@Suite struct SentTransactionTests {
    private static func table(_ more: String = "") throws -> PostgresConnection {
        let (_, connection) = try TestDatabase.schema()
        try connection.simple("CREATE TABLE t (n bigint, CONSTRAINT once UNIQUE (n) \(more))")
        return connection
    }

    private static func insert(_ numbers: Int64...) -> Statement {
        Statement("INSERT INTO t SELECT * FROM unnest($1::bigint[])", [.int64Array(numbers)])
    }

    private static func stored(_ connection: PostgresConnection) throws -> [Int64] {
        try connection.run(Statement("SELECT n FROM t ORDER BY n")).map { try $0.int64(0) }
    }

    @Test func eachIsStoredAndAnswered() async throws {
        try await onThread {
            let connection = try Self.table()
            let first = try connection.send(transaction: [Self.insert(1, 2)])
            let second = try connection.send(transaction: [Self.insert(3), Statement("SELECT max(n) FROM t")])
            #expect(try connection.receive(first).map(\.commandTag) == ["INSERT 0 2"])
            #expect(try connection.receive(second)[1].only().int64(0) == 3)
            #expect(connection.transactionStatus == .idle)
        }
    }

    /// What is asked meanwhile sees them, and takes nothing of their answers away.
    @Test func aPipelineComesBehindThem() async throws {
        try await onThread {
            let connection = try Self.table()
            let first = try connection.send(transaction: [Self.insert(1)])
            let second = try connection.send(transaction: [Self.insert(2)])
            #expect(connection.transactionStatus == .active)
            #expect(try Self.stored(connection) == [1, 2])
            let third = try connection.send(transaction: [Self.insert(3)])
            #expect(try connection.simple("DELETE FROM t WHERE n > 1") == ["DELETE 2"])
            #expect(try connection.receive(third)[0].affected == 1)
            #expect(try connection.receive(first)[0].affected == 1)
            #expect(try connection.receive(second)[0].affected == 1)
        }
    }

    /// At a statement, or as late as at the commit; whether somebody asks for a rollback or not.
    @Test(arguments: ["", "DEFERRABLE INITIALLY DEFERRED"], [false, true])
    func aFailureIsNoneOfTheNextOne(constraint: String, rollsBackBetween: Bool) async throws {
        try await onThread {
            let connection = try Self.table(constraint)
            let first = try connection.send(transaction: [Self.insert(1), Self.insert(1), Self.insert(3)])
            let second = try connection.send(transaction: [Self.insert(2)])
            let error = #expect(throws: PostgresError.self) { try connection.receive(first) }
            #expect(error?.constraint == "once")
            #expect(error?.commitUnknown == false)
            if rollsBackBetween { try connection.rollBackIfNeeded() }
            #expect(try connection.receive(second)[0].affected == 1)
            #expect(connection.transactionStatus == .idle)
            #expect(try Self.stored(connection) == [2])
        }
    }

    @Test func noneIsSentIntoAnOpenTransaction() async throws {
        try await onThread {
            let connection = try Self.table()
            try connection.run(.begin)
            let error = #expect(throws: PostgresError.self) {
                try connection.send(transaction: [Self.insert(1)])
            }
            #expect(error?.classification == .bug)
            try connection.run(.rollback)
            #expect(try Self.stored(connection) == [])
        }
    }

    @Test func isReadyOnceItIsAnswered() async throws {
        try await onThread {
            let connection = try TestDatabase.patientConnection(schema: "public")
            let (_, other) = try TestDatabase.schema()
            try other.pipeline([.begin, Statement("SELECT pg_advisory_xact_lock(7341)")])
            let run = try connection.send(transaction: [Statement("SELECT pg_advisory_xact_lock(7341)")])
            #expect(!connection.isReady(run))
            try other.run(.commit)
            var socket = pollfd(fd: connection.socket, events: Int16(POLLIN), revents: 0)
            #expect(poll(&socket, 1, 20_000) == 1)
            while !connection.isReady(run) { #expect(poll(&socket, 1, 20_000) == 1) }
            #expect(try connection.receive(run).count == 1)
            #expect(connection.isReady(run))
        }
    }

    /// The answer of the second may come together with that of the first; then the socket says no more.
    @Test func isReadyWhenItsAnswerWasReadAlready() async throws {
        try await onThread {
            let (schema, connection) = try TestDatabase.schema()
            try connection.simple("CREATE TABLE t (n bigint)")
            let (_, other) = try TestDatabase.schema()
            let first = try connection.send(transaction: [Self.insert(1)])
            let second = try connection.send(transaction: [Self.insert(2)])
            var stored: Int64 = 0
            while stored < 2 {
                stored = try other.run(Statement("SELECT count(*) FROM \(schema).t")).only().int64(0)
            }
            _ = try connection.receive(first)
            let deadline = ContinuousClock.now + .seconds(20)
            while !connection.isReady(second), ContinuousClock.now < deadline { sched_yield() }
            #expect(connection.isReady(second))
            #expect(try connection.receive(second)[0].affected == 1)
        }
    }

    @Test func isReadyWhenTheConnectionIsLost() async throws {
        try await onThread {
            let connection = try Self.table()
            let (_, other) = try TestDatabase.schema()
            let run = try connection.send(transaction: [Statement("SELECT pg_sleep(60)")])
            try other.run(Statement("SELECT pg_terminate_backend($1)", [.int32(connection.serverProcess)]))
            var socket = pollfd(fd: connection.socket, events: Int16(POLLIN), revents: 0)
            while !connection.isReady(run) { #expect(poll(&socket, 1, 20_000) == 1) }
            let error = #expect(throws: PostgresError.self) { try connection.receive(run) }
            #expect(error?.classification == .databaseAway || error?.classification == .commitUnknown)
        }
    }

    /// The server dies with two under way: both may be stored, as far as anybody can tell.
    @Test func bothAreInDoubtWhenTheConnectionBreaks() async throws {
        try await onThread {
            let connection = try Self.table()
            let (_, other) = try TestDatabase.schema()
            let first = try connection.send(transaction: [Self.insert(1), Statement("SELECT pg_sleep(60)")])
            let second = try connection.send(transaction: [Self.insert(2)])
            let end = Statement("SELECT pg_terminate_backend($1)", [.int32(connection.serverProcess)])
            #expect(try other.run(end).only().bool(0))
            for run in [first, second] {
                let error = #expect(throws: PostgresError.self) { try connection.receive(run) }
                #expect(error?.classification == .databaseAway || error?.classification == .commitUnknown)
            }
            #expect(!connection.isOpen)
            try connection.reconnect()
            #expect(try Self.stored(connection) == [])
            #expect(try connection.receive(connection.send(transaction: [Self.insert(2)]))[0].affected == 1)
        }
    }
}
