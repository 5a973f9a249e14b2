import Postgres
import TestSupport
import Testing

@Suite("Pipelines and transactions") struct PipelineTests {
    @Test func answersComeInOrderWithTheirTags() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.simple("CREATE TABLE t (n bigint)")
            let rows = try connection.pipeline([
                Statement("INSERT INTO t SELECT * FROM unnest($1)", [.int64Array([1, 2, 3])]),
                Statement("UPDATE t SET n = n + 10 WHERE n > $1", [.int64(1)]),
                Statement("SELECT n FROM t ORDER BY n"),
                Statement("DELETE FROM t"),
                Statement("SELECT n FROM t"),
            ])
            #expect(rows.map { $0.affected } == [3, 2, 3, 3, 0])
            #expect(rows.map { $0.commandTag } == ["INSERT 0 3", "UPDATE 2", "SELECT 3", "DELETE 3", "SELECT 0"])
            #expect(try rows[2].map { try $0.int64(0) } == [1, 12, 13])
            #expect(rows[4].isEmpty)
            #expect(try connection.pipeline([]).isEmpty)
        }
    }

    @Test func errorInTheMiddleNamesItsStatementAndUndoesAll() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.simple("CREATE TABLE t (n bigint PRIMARY KEY)")
            let insert = { (n: Int64) in Statement("INSERT INTO t VALUES ($1)", [.int64(n)]) }
            let error = #expect(throws: PostgresError.self) {
                try connection.pipeline([insert(1), insert(2), insert(1), Statement("SELECT 1 / 0"), insert(3)])
            }
            #expect(error?.statement == 2)
            #expect(error?.sqlState == "23505")
            #expect(error?.constraint == "t_pkey")
            #expect(error?.classification == .data)
            #expect(error?.commitUnknown == false)
            #expect(connection.transactionStatus == .idle)
            #expect(try connection.run(Statement("SELECT count(*) FROM t")).only().int64(0) == 0)
            #expect(try connection.run(insert(3)).affected == 1)
        }
    }

    /// A failed preparation and the skipped ones after it must not be taken for prepared.
    @Test func statementsThatFailedToPrepareAreTriedAgain() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let wanted = Statement("SELECT n FROM later")
            let skipped = Statement("SELECT 42")
            for _ in 0..<2 {
                let error = #expect(throws: PostgresError.self) {
                    try connection.pipeline([Statement("SELECT 7"), wanted, skipped])
                }
                #expect(error?.statement == 1)
                #expect(error?.sqlState == "42P01")
                #expect(error?.classification == .bug)
                #expect(connection.preparedStatements == 1)
            }
            try connection.simple("CREATE TABLE later (n bigint)")
            let rows = try connection.pipeline([wanted, skipped])
            #expect(try rows[1].only().int32(0) == 42)
        }
    }

    @Test func errorOfADeferredConstraintIsReported() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.simple(
                "CREATE TABLE t (n bigint, CONSTRAINT once UNIQUE (n) DEFERRABLE INITIALLY DEFERRED)")
            let twice = Statement("INSERT INTO t VALUES (1), (1)")
            let atSync = #expect(throws: PostgresError.self) {
                try connection.pipeline([Statement("SELECT 1"), twice])
            }
            #expect(atSync?.constraint == "once")
            #expect(atSync?.statement == 1)
            let atCommit = #expect(throws: PostgresError.self) { try connection.pipeline([.begin, twice, .commit]) }
            #expect(atCommit?.constraint == "once")
            #expect(atCommit?.statement == 2)
            #expect(atCommit?.commitUnknown == false)
            #expect(connection.transactionStatus == .idle)
            #expect(try connection.run(Statement("SELECT count(*) FROM t")).only().int64(0) == 0)
        }
    }

    /// 25 MB each way: more than all socket buffers, so both sides must read while they write.
    @Test(.timeLimit(.minutes(5))) func bigPipelineDoesNotDeadlock() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let texts = (0..<400).map { String(repeating: "\($0 % 10)", count: 64_000) }
            let rows = try connection.pipeline(texts.map { Statement("SELECT $1", [.text($0)]) })
            #expect(rows.count == 400)
            for (index, text) in texts.enumerated() { try #require(try rows[index].only().text(0) == text) }
        }
    }

    @Test func transactionSpansTwoPipelines() async throws {
        try await onThread {
            let (name, connection) = try TestDatabase.schema()
            let other = try TestDatabase.connect(schema: name)
            try connection.simple("CREATE TABLE t (n bigint)")
            let count = Statement("SELECT count(*) FROM t")
            try connection.pipeline([.begin, Statement("INSERT INTO t VALUES (1)")])
            #expect(connection.transactionStatus == .open)
            #expect(connection.isInTransaction)
            #expect(try other.run(count).only().int64(0) == 0)
            try connection.pipeline([Statement("INSERT INTO t VALUES (2)"), .commit])
            #expect(connection.transactionStatus == .idle)
            #expect(try other.run(count).only().int64(0) == 2)
        }
    }

    @Test func commitOfAFailedTransactionThrows() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.simple("CREATE TABLE t (n bigint)")
            try connection.pipeline([.begin, Statement("INSERT INTO t VALUES (1)")])
            #expect(throws: PostgresError.self) { try connection.run(Statement("SELECT 1 / 0")) }
            #expect(connection.transactionStatus == .failed)
            let refused = #expect(throws: PostgresError.self) { try connection.run(Statement("SELECT 1")) }
            #expect(refused?.sqlState == "25P02")
            let error = #expect(throws: PostgresError.self) { try connection.run(.commit) }
            #expect(error?.code == .rolledBack)
            #expect(error?.commitUnknown == false)
            #expect(connection.transactionStatus == .idle)
            #expect(try connection.run(Statement("SELECT count(*) FROM t")).only().int64(0) == 0)
        }
    }

    @Test func rollBackIfNeededEndsWhateverIsOpen() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.rollBackIfNeeded()
            try connection.run(.begin)
            try connection.rollBackIfNeeded()
            #expect(connection.transactionStatus == .idle)
            #expect(throws: PostgresError.self) { try connection.pipeline([.begin, Statement("SELECT 1 / 0")]) }
            try connection.rollBackIfNeeded()
            #expect(connection.transactionStatus == .idle)
        }
    }

    @Test func transactionBlockCommitsOrRollsBack() async throws {
        struct Stop: Error {}
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.simple("CREATE TABLE t (n bigint)")
            let affected = try connection.transaction { try $0.run(Statement("INSERT INTO t VALUES (1)")).affected }
            #expect(affected == 1)
            #expect(throws: Stop.self) {
                try connection.transaction { connection in
                    try connection.run(Statement("INSERT INTO t VALUES (2)"))
                    throw Stop()
                }
            }
            #expect(connection.transactionStatus == .idle)
            #expect(try connection.run(Statement("SELECT n FROM t")).only().int64(0) == 1)
            let written = #expect(throws: PostgresError.self) {
                try connection.transaction({ try $0.run(Statement("DELETE FROM t")) }, opening: .beginReadOnly)
            }
            #expect(written?.sqlState == "25006")
        }
    }

    @Test func misuseIsRefusedBeforeAnythingIsSent() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let many = [PostgresValue](repeating: .int32(1), count: 65_536)
            for wrong in [Statement("SELECT 1", many), Statement("SELECT 1\0; DROP TABLE t")] {
                let error = #expect(throws: PostgresError.self) {
                    try connection.pipeline([Statement("SELECT 1"), wrong])
                }
                #expect(error?.code == .misuse)
                #expect(error?.statement == 1)
            }
            #expect(throws: PostgresError.self) { try connection.simple("SELECT 1\0") }
            let several = #expect(throws: PostgresError.self) { try connection.run(Statement("SELECT 1; SELECT 2")) }
            #expect(several?.sqlState == "42601")
            #expect(try connection.run(Statement("SELECT 1")).only().int32(0) == 1)
        }
    }

    /// COPY can't be left again in pipeline mode; the connection is given up instead of hanging.
    @Test(.timeLimit(.minutes(5))) func copyIsAnError() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let error = #expect(throws: PostgresError.self) {
                try connection.run(Statement("COPY (SELECT 1) TO STDOUT"))
            }
            #expect(error?.code == .protocolViolation)
            #expect(!connection.isOpen)
            try connection.reconnect()
            let simple = #expect(throws: PostgresError.self) { try connection.simple("COPY (SELECT 1) TO STDOUT") }
            #expect(simple?.code == .protocolViolation)
        }
    }

    @Test func simpleRunsSeveralStatements() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let tags = try connection.simple("CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2); SELECT * FROM t")
            #expect(tags == ["CREATE TABLE", "INSERT 0 2", "SELECT 2"])
            let error = #expect(throws: PostgresError.self) {
                try connection.simple("INSERT INTO t VALUES (3); SELECT 1 / 0; SELECT 1")
            }
            #expect(error?.sqlState == "22012")
            #expect(error?.statement == 1)
            #expect(try connection.run(Statement("SELECT count(*) FROM t")).only().int64(0) == 2)
            #expect(try connection.simple("").count == 1)
        }
    }
}
