import Postgres
import TestSupport
import Testing

@Suite("Prepared statements") struct StatementCacheTests {
    private let onServer = Statement("SELECT count(*) FROM pg_prepared_statements")

    @Test func aStatementIsPreparedOnce() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            for n in 0..<5 { try connection.run(Statement("SELECT $1 + 1", [.int64(Int64(n))])) }
            try connection.pipeline([.begin, .commit, .begin, .rollback])
            #expect(connection.preparedStatements == 4)
            // The count itself is prepared while it is counted.
            #expect(try connection.run(onServer).only().int64(0) == 5)
        }
    }

    @Test func parameterTypesTellStatementsApart() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let sql = "SELECT pg_typeof($1)::text"
            let types = try [.int64(1), .text("1"), .null(.int64), .null(.text), .uuidArray([])].map {
                try connection.run(Statement(sql, [$0])).only().text(0)
            }
            #expect(types == ["bigint", "text", "bigint", "text", "uuid[]"])
            #expect(connection.preparedStatements == 3)
        }
    }

    @Test func theLeastRecentlyUsedIsEvicted() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema { $0.preparedStatementLimit = 4 }
            let favourite = Statement("SELECT 'favourite'")
            for n in 0..<20 {
                try connection.run(favourite)
                #expect(try connection.run(Statement("SELECT \(n)")).only().int32(0) == Int32(n))
                #expect(connection.preparedStatements <= 4)
            }
            let names = try connection.run(Statement("SELECT statement FROM pg_prepared_statements")).map {
                try $0.text(0)
            }
            #expect(names.contains("SELECT 'favourite'"))
            #expect(!names.contains("SELECT 3"))
            #expect(names.count <= 5)  // what this statement itself replaced goes with the next
        }
    }

    /// More statements in one pipeline than the cache holds, in an open transaction that then fails.
    @Test func evictionNeverDisturbsAPipelineOrATransaction() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema { $0.preparedStatementLimit = 3 }
            let many = (0..<10).map { Statement("SELECT \($0)") }
            let rows = try connection.pipeline([.begin] + many + many)
            #expect(try rows.dropFirst().map { try $0.only().int32(0) } == Array(0..<10) + Array(0..<10))
            #expect(throws: PostgresError.self) { try connection.run(Statement("SELECT 1 / 0")) }
            try connection.rollBackIfNeeded()
            try connection.pipeline([Statement("BEGIN ISOLATION LEVEL SERIALIZABLE"), many[0], .commit])
            #expect(try connection.run(onServer).only().int64(0) <= 4)
        }
    }

    @Test func reconnectPreparesAnew() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let statement = Statement("SELECT $1 || 'x'", [.text("a")])
            try connection.run(statement)
            let process = connection.serverProcess
            try connection.reconnect()
            #expect(connection.serverProcess != process)
            #expect(connection.preparedStatements == 0)
            #expect(try connection.run(statement).only().text(0) == "ax")
        }
    }

    @Test func aChangedTableCostsOneRetry() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.simple("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
            let all = Statement("SELECT * FROM t")
            #expect(try connection.run(all).columnCount == 1)
            try connection.simple("ALTER TABLE t ADD COLUMN b int")
            let error = #expect(throws: PostgresError.self) { try connection.run(all) }
            #expect(error?.sqlState == "0A000")
            #expect(error?.classification == .conflict)
            #expect(try connection.run(all).columnCount == 2)
        }
    }

    @Test func statementsDeallocatedBehindOurBackCostOneRetry() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let statement = Statement("SELECT 1")
            try connection.run(statement)
            try connection.simple("DEALLOCATE ALL")
            let error = #expect(throws: PostgresError.self) { try connection.pipeline([.begin, statement]) }
            #expect(error?.sqlState == "26000")
            #expect(error?.classification == .conflict)
            try connection.rollBackIfNeeded()
            #expect(try connection.pipeline([.begin, statement, .commit]).count == 3)
            #expect(try connection.run(statement).only().int32(0) == 1)
        }
    }
}
