import Glibc

/// Brings one schema up to date, forward only. Each migration runs in a transaction of its own together with its entry
/// in `<schema>.schema_migrations`, so a crash leaves it applied or not, never half. Several processes may migrate at
/// once: an advisory lock lets one work while the others wait and then find nothing left to do.
///
/// Migrations found in the database but not in the list belong to a newer version and are left alone, so that the old
/// version can run on during a rolling upgrade.
public struct PostgresMigrator: Sendable {
    public let schema: String
    public let migrations: [Migration]
    /// How long to wait for another process that is migrating.
    public var patience: Duration = .seconds(300)

    public init(schema: String, migrations: [Migration]) {
        self.schema = schema
        self.migrations = migrations
    }

    /// Connects with ``PostgresOptions/migration(applicationName:)``, migrates and disconnects.
    ///
    /// - Parameter endpoint: Of the role that owns the schema; it needs `CREATE` on the database only if the schema
    ///   does not exist yet.
    /// - Returns: The names of the migrations applied now.
    /// - Throws: ``MigrationError``, or ``PostgresError`` when the connection fails.
    public func migrate(_ endpoint: PostgresEndpoint) throws -> [String] {
        let connection = try PostgresConnection(endpoint, options: .migration())
        defer { connection.close() }
        return try migrate(connection)
    }

    /// Migrates over a connection of the caller's that is not in a transaction, made with
    /// ``PostgresOptions/migration(applicationName:)``.
    ///
    /// - Returns: The names of the migrations applied now.
    /// - Throws: ``MigrationError``, or ``PostgresError`` when the connection fails.
    public func migrate(_ connection: PostgresConnection) throws -> [String] {
        for (earlier, later) in zip(migrations, migrations.dropFirst()) where earlier.name >= later.name {
            throw MigrationError.outOfOrder(name: later.name)
        }
        try lock(connection)
        defer { _ = try? connection.run(Statement("SELECT pg_advisory_unlock($1)", [.int64(lockKey)])) }
        try prepareTable(connection)
        let pending = try pending(connection)
        for migration in pending { try apply(migration, connection) }
        return pending.map { $0.name }
    }

    /// The migrations that are still to be applied.
    ///
    /// - Throws: ``MigrationError`` when the list contradicts what was applied, ``PostgresError`` when the table can't
    ///   be read.
    public func pending(_ connection: PostgresConnection) throws -> [Migration] {
        guard try exists("to_regclass($1)", table, connection) else { return migrations }
        let rows = try connection.run(Statement("SELECT name, checksum FROM \(table)"))
        var applied: [String: Int64] = [:]
        for row in rows { applied[try row.text(0)] = try row.int64(1) }
        // What a newer version added doesn't forbid an older list to be complete.
        let known = migrations.filter { applied[$0.name] != nil }
        for migration in known where applied[migration.name] != migration.checksum {
            throw MigrationError.changed(name: migration.name)
        }
        let pending = migrations.filter { applied[$0.name] == nil }
        if let first = pending.first, let last = known.last, first.name < last.name {
            throw MigrationError.outOfOrder(name: first.name)
        }
        return pending
    }

    private var table: String { "\(schema.quotedIdentifier).schema_migrations" }

    /// One lock per schema within the database.
    private var lockKey: Int64 { Migration("", sql: "schema_migrations of \(schema)").checksum }

    /// Asks again and again instead of waiting in the server: a statement that waits there holds a snapshot, which
    /// would block `CREATE INDEX CONCURRENTLY` and vacuum elsewhere.
    private func lock(_ connection: PostgresConnection) throws {
        let deadline = ContinuousClock.now + patience
        while try !connection.run(Statement("SELECT pg_try_advisory_lock($1)", [.int64(lockKey)])).only().bool(0) {
            guard ContinuousClock.now < deadline else { throw MigrationError.busy(schema: schema) }
            usleep(50_000)
        }
    }

    private func prepareTable(_ connection: PostgresConnection) throws {
        // CREATE SCHEMA IF NOT EXISTS asks for the right to create even when there is nothing to create.
        if try !exists("to_regnamespace($1)", schema.quotedIdentifier, connection) {
            try connection.simple("CREATE SCHEMA \(schema.quotedIdentifier)")
        }
        guard try !exists("to_regclass($1)", table, connection) else { return }
        try connection.simple(
            """
            CREATE TABLE \(table) (
                name text PRIMARY KEY,
                checksum bigint NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """)
    }

    private func exists(_ lookup: String, _ name: String, _ connection: PostgresConnection) throws -> Bool {
        try connection.run(Statement("SELECT \(lookup) IS NOT NULL", [.text(name)])).only().bool(0)
    }

    private func apply(_ migration: Migration, _ connection: PostgresConnection) throws {
        do {
            try connection.simple("BEGIN; SET LOCAL search_path = \(schema.quotedIdentifier), pg_temp")
            try connection.simple(migration.sql)
            guard connection.transactionStatus == .open else {
                throw MigrationError.endedTransaction(name: migration.name)
            }
            try connection.pipeline([
                Statement(
                    "INSERT INTO \(table) (name, checksum) VALUES ($1, $2)",
                    [.text(migration.name), .int64(migration.checksum)]),
                .commit,
            ])
        } catch {
            try? connection.rollBackIfNeeded()  // if it fails too the connection is gone, and the transaction with it
            guard let error = error as? PostgresError else { throw error }
            throw MigrationError.failed(name: migration.name, error)
        }
    }
}
