import Postgres
import TestSupport
import Testing

@Suite("Migrations") struct MigratorTests {
    private static let first = Migration("0001_first", sql: "CREATE TABLE a (n bigint); INSERT INTO a VALUES (1);")
    private static let second = Migration("0002_second", sql: "ALTER TABLE a ADD COLUMN назва text DEFAULT 'є'")
    private let name = TestDatabase.uniqueName()

    private func migrate(_ migrations: [Migration]) throws -> [String] {
        try PostgresMigrator(schema: name, migrations: migrations).migrate(TestDatabase.shared())
    }

    @Test func appliesEachOnce() async throws {
        try await onThread {
            #expect(try migrate([]) == [])
            #expect(try migrate([Self.first]) == ["0001_first"])
            #expect(try migrate([Self.first, Self.second]) == ["0002_second"])
            #expect(try migrate([Self.first, Self.second]) == [])
            let connection = try TestDatabase.connect(schema: name)
            let row = try connection.run(Statement("SELECT n, назва FROM a")).only()
            #expect(try row.int64(0) == 1)
            #expect(try row.text("назва") == "є")
            // An older version meets the newer schema.
            #expect(try migrate([Self.first]) == [])
            let recorded = try connection.run(Statement("SELECT name, checksum FROM schema_migrations ORDER BY name"))
            #expect(try recorded.map { try $0.text(0) } == ["0001_first", "0002_second"])
            #expect(try recorded[0].int64(1) == Self.first.checksum)
        }
    }

    /// FNV-1a's published test vectors, so that the value can't change with the implementation.
    @Test(arguments: [
        ("", 0xcbf2_9ce4_8422_2325 as UInt64), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ])
    func checksumIsFNV1a(text: String, expected: UInt64) {
        #expect(UInt64(bitPattern: Migration("m", sql: text).checksum) == expected)
        #expect(Migration("m", bytes: Array(text.utf8)) == Migration("m", sql: text))
    }

    @Test func processesMigratingAtOnceShareTheWork() async throws {
        let slow = Migration(
            "0001_slow", sql: "CREATE TABLE once (n bigint); SELECT pg_sleep(0.2); INSERT INTO once VALUES (1)")
        let migrator = PostgresMigrator(schema: name, migrations: [slow, Migration("0002_next", sql: "SELECT 1")])
        let applied = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<4 {
                group.addTask { try await onThread { try migrator.migrate(TestDatabase.shared()) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(applied.sorted { $0.count > $1.count } == [["0001_slow", "0002_next"], [], [], []])
        let rows = try await onThread {
            try TestDatabase.connect(schema: migrator.schema).run(Statement("SELECT n FROM once")).count
        }
        #expect(rows == 1)
    }

    @Test func aChangedOneIsRefusedByName() async throws {
        try await onThread {
            _ = try migrate([Self.first, Self.second])
            let edited = Migration("0001_first", sql: Self.first.sql + " ")
            let third = Migration("0003_third", sql: "CREATE TABLE b ()")
            #expect(throws: MigrationError.changed(name: "0001_first")) { try migrate([edited, Self.second, third]) }
            let connection = try TestDatabase.connect(schema: name)
            #expect(throws: PostgresError.self) { try connection.run(Statement("SELECT FROM b")) }
        }
    }

    @Test func orderIsKept() async throws {
        try await onThread {
            #expect(throws: MigrationError.outOfOrder(name: "0001_first")) { try migrate([Self.second, Self.first]) }
            #expect(throws: MigrationError.outOfOrder(name: "0001_first")) { try migrate([Self.first, Self.first]) }
            _ = try migrate([Self.first, Self.second])
            let late = Migration("0001_late", sql: "SELECT 1")
            #expect(throws: MigrationError.outOfOrder(name: "0001_late")) {
                try migrate([Self.first, late, Self.second])
            }
        }
    }

    @Test func anotherListHasItsOwnOrder() async throws {
        try await onThread {
            let later = Migration("0009_later", sql: "CREATE TABLE b ()")
            _ = try migrate([later])
            #expect(try migrate([Self.first]) == [Self.first.name])
            #expect(try migrate([later]) == [])
        }
    }

    @Test func aFailedOneLeavesNothing() async throws {
        try await onThread {
            let broken = Migration("0002_broken", sql: "CREATE TABLE half (n bigint); SELECT 1 / 0")
            let error = #expect(throws: MigrationError.self) { try migrate([Self.first, broken]) }
            guard case .failed("0002_broken", let cause) = error else {
                Issue.record("unexpected \(String(describing: error))")
                return
            }
            #expect(cause.sqlState == "22012")
            let connection = try TestDatabase.connect(schema: name)
            let tables = try connection.run(
                Statement("SELECT tablename::text FROM pg_tables WHERE schemaname = $1 ORDER BY 1", [.text(name)]))
            #expect(try tables.map { try $0.text(0) } == ["a", "schema_migrations"])
            let mended = Migration("0002_broken", sql: "CREATE TABLE half (n bigint)")
            #expect(try migrate([Self.first, mended]) == ["0002_broken"])
        }
    }

    @Test func oneThatCommitsByItselfIsRefused() async throws {
        try await onThread {
            let sly = Migration("0001_sly", sql: "CREATE TABLE x (); COMMIT")
            #expect(throws: MigrationError.endedTransaction(name: "0001_sly")) { try migrate([sly]) }
        }
    }

    @Test func patienceEnds() async throws {
        try await onThread {
            let holder = try PostgresConnection(TestDatabase.shared(), options: .migration())
            let inside = PostgresMigrator(schema: name, migrations: [Self.first])
            _ = try inside.migrate(holder)
            let lock = try holder.run(
                Statement(
                    "SELECT pg_advisory_lock($1)", [.int64(Migration("", sql: "schema_migrations of \(name)").checksum)]
                ))
            #expect(lock.count == 1)
            var outside = inside
            outside.patience = .milliseconds(120)
            #expect(throws: MigrationError.busy(schema: name)) { try outside.migrate(TestDatabase.shared()) }
            holder.close()
            #expect(try inside.migrate(TestDatabase.shared()) == [])
        }
    }

    /// A service's role owns its schema and has no right to create others.
    @Test func aRoleWithoutRightsOnTheDatabaseMigratesItsSchema() async throws {
        try await onThread {
            let endpoint = try TestDatabase.fresh()
            let admin = try PostgresConnection(endpoint)
            try admin.simple(
                "CREATE ROLE \(name) LOGIN PASSWORD 'секрет/1'; CREATE SCHEMA \(name) AUTHORIZATION \(name)")
            let own = endpoint.replacing(user: name, password: "секрет/1")
            let migrator = PostgresMigrator(schema: name, migrations: [Self.first])
            #expect(try migrator.migrate(PostgresEndpoint(url: own.urlWithPassword())) == ["0001_first"])
            admin.close()
            let cleaner = try PostgresConnection(endpoint)
            try cleaner.simple("DROP OWNED BY \(name); DROP ROLE \(name)")
        }
    }
}
