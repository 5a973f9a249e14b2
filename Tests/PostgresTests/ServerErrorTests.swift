import Postgres
import TestSupport
import Testing

/// Each class of error as the server really raises it.
@Suite("Errors of the server") struct ServerErrorTests {
    @Test(arguments: [
        ("SELECT 1 / 0", "22012", PostgresError.Classification.data),
        ("SELECT 'x'::text::int", "22P02", .data),
        ("INSERT INTO t VALUES (NULL)", "23502", .data),
        ("INSERT INTO t VALUES (-1)", "23514", .data),
        ("DO $$ BEGIN RAISE EXCEPTION 'no'; END $$", "P0001", .data),
        ("INSERT INTO t VALUES (5), (5) ON CONFLICT (n) DO UPDATE SET n = 6", "21000", .data),
        ("SELECT missing FROM t", "42703", .bug),
        ("SELEKT", "42601", .bug),
    ])
    func areClassified(sql: String, sqlState: String, expected: PostgresError.Classification) async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.simple("CREATE TABLE t (n bigint PRIMARY KEY CHECK (n > 0))")
            let error = #expect(throws: PostgresError.self) { try connection.run(Statement(sql)) }
            #expect(error?.sqlState == sqlState)
            #expect(error?.classification == expected)
            #expect(connection.isOpen)
        }
    }

    /// States that can't be provoked here, by PostgreSQL's manual, appendix A.
    @Test(arguments: [
        ("40001", PostgresError.Classification.conflict), ("53100", .databaseAway), ("53300", .databaseAway),
        ("08006", .databaseAway), ("57P02", .databaseAway), ("57P03", .databaseAway), ("58030", .databaseAway),
        ("40003", .commitUnknown), ("42501", .bug), ("0A000", .bug), ("XX000", .bug),
    ])
    func othersAreClassifiedByTheirState(sqlState: String, expected: PostgresError.Classification) {
        let report = PostgresError.Report(sqlState: sqlState, severity: "ERROR")
        #expect(PostgresError(.server(report), "").classification == expected)
    }

    @Test func uniqueViolationTellsWhatItHit() async throws {
        try await onThread {
            let (name, connection) = try TestDatabase.schema()
            try connection.simple("CREATE TABLE customer (email text CONSTRAINT one_account UNIQUE)")
            let insert = Statement("INSERT INTO customer VALUES ($1)", [.text("olena@example.org")])
            try connection.run(insert)
            let error = try #require(throws: PostgresError.self) { try connection.run(insert) }
            guard case .server(let report) = error.code else {
                Issue.record("not from the server: \(error)")
                return
            }
            #expect(report.schema == name)
            #expect(report.table == "customer")
            #expect(report.constraint == "one_account")
            #expect(report.severity == "ERROR")
            #expect(report.detail?.contains("olena@example.org") == true)
            #expect(!"\(error)".contains("olena"), "the log must not hold values")
            #expect("\(error)".contains("one_account"))
        }
    }

    @Test func lockTimeoutIsAConflict() async throws {
        try await onThread {
            let (name, holder) = try TestDatabase.schema()
            try holder.simple("CREATE TABLE t (n bigint); INSERT INTO t VALUES (1)")
            let waiting = try TestDatabase.connect(schema: name) { $0.lockTimeout = .milliseconds(100) }
            let lock = Statement("SELECT n FROM t FOR NO KEY UPDATE")
            try holder.pipeline([.begin, lock])
            let error = #expect(throws: PostgresError.self) { try waiting.pipeline([.begin, lock, .commit]) }
            #expect(error?.sqlState == "55P03")
            #expect(error?.statement == 1)
            #expect(error?.classification == .conflict)
            try waiting.rollBackIfNeeded()
            try holder.run(.rollback)
            #expect(try waiting.pipeline([.begin, lock, .commit]).count == 3)
        }
    }

    @Test func deadlockIsAConflictOfOneSide() async throws {
        let (name, first) = try await onThread {
            let (name, connection) = try TestDatabase.schema { $0.lockTimeout = nil }
            try connection.simple(
                "CREATE TABLE t (n bigint PRIMARY KEY, v bigint DEFAULT 0); INSERT INTO t VALUES (1), (2)")
            return (name, Confined(connection))
        }
        let second = try await onThread { Confined(try TestDatabase.connect(schema: name) { $0.lockTimeout = nil }) }
        let update = { @Sendable (n: Int64) in Statement("UPDATE t SET v = v + 1 WHERE n = $1", [.int64(n)]) }
        try await onThread { _ = try first.value.pipeline([.begin, update(1)]) }
        try await onThread { _ = try second.value.pipeline([.begin, update(2)]) }
        let finish = { @Sendable (connection: Confined, n: Int64) -> PostgresError? in
            try await onThread {
                do {
                    try connection.value.pipeline([update(n), .commit])
                    return nil
                } catch let error as PostgresError {
                    try connection.value.rollBackIfNeeded()
                    return error
                }
            }
        }
        async let one = finish(first, 2)
        async let other = finish(second, 1)
        let errors = try await [one, other].compactMap { $0 }
        #expect(errors.map { $0.sqlState } == ["40P01"])
        #expect(errors.map { $0.classification } == [.conflict])
        #expect(errors.map { $0.statement } == [0])
        let sum = try await onThread {
            try first.value.run(Statement("SELECT sum(v)::bigint FROM t")).only().int64(0)
        }
        #expect(sum == 2, "the winner's two updates and nothing else")
    }

    @Test func serializationFailureIsAConflict() async throws {
        try await onThread {
            let (name, one) = try TestDatabase.schema()
            let other = try TestDatabase.connect(schema: name)
            try one.simple("CREATE TABLE t (n bigint); INSERT INTO t VALUES (1)")
            try one.pipeline([Statement("BEGIN ISOLATION LEVEL REPEATABLE READ"), Statement("SELECT n FROM t")])
            try other.run(Statement("UPDATE t SET n = 2"))
            let error = #expect(throws: PostgresError.self) {
                try one.pipeline([Statement("UPDATE t SET n = 3"), .commit])
            }
            #expect(error?.sqlState == "40001")
            #expect(error?.classification == .conflict)
        }
    }

    @Test func statementTimeoutIsCancelled() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.run(Statement("SET statement_timeout = '3s'"))
            let error = #expect(throws: PostgresError.self) {
                try connection.pipeline([Statement("SELECT 1"), Statement("SELECT pg_sleep(10)")])
            }
            #expect(error?.sqlState == "57014")
            #expect(error?.statement == 1)
            #expect(error?.classification == .cancelled)
            #expect(try connection.run(Statement("SELECT 1")).only().int32(0) == 1)
        }
    }

    @Test func readOnlyMeansTheDatabaseIsAway() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.simple("CREATE TABLE t (n bigint); SET default_transaction_read_only = on")
            let error = #expect(throws: PostgresError.self) {
                try connection.run(Statement("INSERT INTO t VALUES (1)"))
            }
            #expect(error?.sqlState == "25006")
            #expect(error?.classification == .databaseAway)
        }
    }

    @Test func settingsReachTheServer() async throws {
        try await onThread {
            let (name, connection) = try TestDatabase.schema {
                $0.applicationName = "перевірка \\ here"
                $0.settings = ["work_mem": "3MB", "my.note": #"a b\c 'd'"#]
            }
            let shown = try connection.run(
                Statement(
                    """
                    SELECT n, current_setting(n) FROM unnest($1) AS u(n)
                    """,
                    [
                        .textArray([
                            "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "search_path",
                            "client_min_messages", "TimeZone", "work_mem", "my.note", "client_encoding",
                        ])
                    ])
            ).map { try $0.text(1) }
            #expect(
                shown == ["5s", "1s", "5s", "\"\(name)\", pg_temp", "warning", "UTC", "3MB", #"a b\c 'd'"#, "UTF8"])
            #expect(connection.serverProcess > 0)
        }
    }
}

/// Carries a connection from thread to thread in a test that uses it from one at a time.
final class Confined: @unchecked Sendable {
    let value: PostgresConnection

    init(_ value: PostgresConnection) {
        self.value = value
    }
}
