import Logging
import Postgres

/// Brings a worker's schema up to date: the runtime's tables, then the worker's own. Each of the two has an order of its
/// own, so that either can grow.
public struct WorkerMigration: Sendable {
    private let schema: String
    private let migrations: [Migration]

    public init(schema: String, migrations: [Migration]) {
        self.schema = schema
        self.migrations = migrations
    }

    /// Logs in as the worker's role, which owns the schema, and returns the names of the migrations applied now.
    public func run(on endpoint: PostgresEndpoint) throws -> [String] {
        var options = PostgresOptions.migration()
        options.schema = schema
        let connection = try PostgresConnection(endpoint, options: options, logger: Logger(label: "migrate"))
        defer { connection.close() }
        return try [RuntimeSchema.migrations, migrations].flatMap { migrations in
            try PostgresMigrator(schema: schema, migrations: migrations).migrate(connection)
        }
    }
}
