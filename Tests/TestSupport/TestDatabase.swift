import Foundation
import Postgres

/// The server all suites of a test process share: that of `OMS_TEST_DATABASE_URL` (a superuser's, whose databases may
/// be added to), else a ``PrivatePostgres`` started on first use.
public enum TestDatabase {
    /// A superuser's way in.
    public static func shared() throws -> PostgresEndpoint { try server.get() }

    /// A new, empty database on the shared server.
    public static func fresh() throws -> PostgresEndpoint {
        let name = uniqueName()
        let admin = try PostgresConnection(try shared(), options: .migration())
        defer { admin.close() }
        try admin.simple("CREATE DATABASE \(name)")
        return try shared().replacing(database: name)
    }

    /// A new, empty schema on the shared server: quicker than a database.
    ///
    /// - Returns: Its name, and a connection whose search path it is.
    public static func schema(
        _ configure: (inout PostgresOptions) -> Void = { _ in }
    ) throws -> (name: String, connection: PostgresConnection) {
        let name = uniqueName()
        let connection = try connect(schema: name, configure)
        try connection.simple("CREATE SCHEMA \(name)")
        return (name, connection)
    }

    /// One more connection, as a second process would have.
    public static func connect(
        schema: String? = nil, _ configure: (inout PostgresOptions) -> Void = { _ in }
    ) throws -> PostgresConnection {
        var options = PostgresOptions(applicationName: "tests", schema: schema)
        configure(&options)
        return try PostgresConnection(try shared(), options: options)
    }

    /// One that waits for locks as long as a slow machine needs: for tests that contend and, other than the runtime, do not
    /// try again.
    public static func patientConnection(schema: String) throws -> PostgresConnection {
        try connect(schema: schema) {
            $0.lockTimeout = .seconds(20)
            $0.statementTimeout = .seconds(20)
        }
    }

    public static func uniqueName() -> String { "t\(getpid())_\(UInt32.random(in: .min ... .max))" }

    private static let server = Result { () throws -> PostgresEndpoint in
        if let url = ProcessInfo.processInfo.environment["OMS_TEST_DATABASE_URL"] {
            return try PostgresEndpoint(url: url)
        }
        return try instance.get().endpoint()
    }

    private static let instance = Result { try PrivatePostgres() }
}
