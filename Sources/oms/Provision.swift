import ArgumentParser
import Bus
import Connectors
import Crypto
import Postgres

/// `oms provision`: gives each worker a role and a schema of its own, so that none can touch what belongs to another.
struct Provision: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the workers' database roles and schemas, and prints the workers' database URLs.",
        discussion: """
            DATABASE_URL names the database and a role that may make roles and schemas. The passwords follow from \
            DATABASE_ROLE_SECRET: the same secret gives the same passwords, another one changes them. May be run again.
            """)

    func run() throws {
        let owner = try PostgresEndpoint(url: try Environment.required("DATABASE_URL"))
        let secret = SymmetricKey(data: Array(try Environment.required("DATABASE_ROLE_SECRET").utf8))
        let connection = try PostgresConnection(owner)
        for worker in WorkerName.allCases {
            let role = worker.schema
            let password = JSONWebToken.base64URL(HMAC<SHA256>.authenticationCode(for: Array(role.utf8), using: secret))
            try connection.simple(Self.statements(role: role, password: password))
            let url = owner.replacing(user: role, password: password).urlWithPassword()
            print("\(worker.rawValue.uppercased())_DATABASE_URL=\(url)")
        }
    }

    /// One transaction; the lock keeps two runs from meeting in the catalogue.
    ///
    /// - Parameters:
    ///   - role: Name of the role and of its schema: lower case letters and `_`.
    ///   - password: Base 64 for URLs; it needs no quoting in SQL.
    /// - Returns: SQL text of several statements.
    private static func statements(role: String, password: String) -> String {
        """
        BEGIN;
        SELECT pg_advisory_xact_lock(hashtext('oms provision'));
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(role)') THEN CREATE ROLE \(role); END IF;
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO \(role)', current_database());
            EXECUTE format('ALTER ROLE \(role) IN DATABASE %I SET search_path = \(role)', current_database());
        END $$;
        ALTER ROLE \(role) LOGIN PASSWORD '\(password)';
        GRANT \(role) TO CURRENT_USER;
        CREATE SCHEMA IF NOT EXISTS \(role);
        ALTER SCHEMA \(role) OWNER TO \(role);
        REVOKE ALL ON SCHEMA \(role) FROM PUBLIC;
        COMMIT;
        """
    }
}
