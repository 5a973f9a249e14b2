/// How a connection behaves: limits on every kind of waiting, and session settings.
///
/// The settings travel in the start-up message, so they cost no round trip. A transaction pooler between us and the
/// server would drop them (and the prepared statements): connect directly.
public struct PostgresOptions: Sendable {
    /// Shown in `pg_stat_activity`.
    public var applicationName = "oms"
    /// The schema unqualified names are looked up in; nil leaves the role's own search path.
    public var schema: String?
    /// From the first packet to the end of the login, for each host. Name resolution comes on top: libpq asks the
    /// system resolver, which has its own limits (`/etc/resolv.conf`).
    public var connectTimeout: Duration = .seconds(5)
    /// Longest run of one statement on the server; nil for no limit. Reported as 57014.
    public var statementTimeout: Duration? = .seconds(5)
    /// Longest wait for one lock; nil for no limit. Reported as 55P03.
    public var lockTimeout: Duration? = .seconds(1)
    /// How long the server lets a transaction sit between two pipelines before it ends the connection (25P03), so that
    /// a stuck process doesn't hold its locks for ever. nil for no limit.
    public var idleInTransactionTimeout: Duration? = .seconds(5)
    /// Longest silence while an answer is awaited and nothing moves in either direction; then the connection is given
    /// up. It covers what TCP can't see, such as a stopped server process. Must exceed `statementTimeout`, which is
    /// counted per statement of a pipeline. nil for no limit.
    public var replyTimeout: Duration? = .seconds(20)
    /// How long sent data may stay unacknowledged before the kernel ends the connection.
    public var tcpUserTimeout: Duration = .seconds(10)
    /// Refuse a server that only reads, such as a standby or a primary that was demoted.
    public var requiresReadWrite = true
    /// Statements kept prepared; the least recently used one goes.
    public var preparedStatementLimit = 256
    /// More server settings by name, as in `["work_mem": "32MB"]`.
    public var settings: [String: String] = [:]

    public init(applicationName: String = "oms", schema: String? = nil) {
        self.applicationName = applicationName
        self.schema = schema
    }

    /// For schema changes: statements may run long, but none may queue behind a lock for more than five seconds,
    /// because everybody else would then queue behind it.
    public static func migration(applicationName: String = "oms migrate") -> PostgresOptions {
        var options = PostgresOptions(applicationName: applicationName)
        options.statementTimeout = nil
        options.lockTimeout = .seconds(5)
        options.idleInTransactionTimeout = .seconds(60)
        options.replyTimeout = nil
        return options
    }

    /// libpq's parameters for one host: these options first, what the URL says on top.
    func parameters(for host: [String: String]) -> [String: String] {
        var parameters = [
            "application_name": applicationName,
            "client_encoding": "UTF8",
            "gssencmode": "disable",
            "keepalives": "1",
            "keepalives_idle": "10",
            "keepalives_interval": "3",
            "keepalives_count": "3",
            "tcp_user_timeout": String(tcpUserTimeout.milliseconds),
            "target_session_attrs": requiresReadWrite ? "read-write" : "any",
        ]
        parameters.merge(host) { $1 }
        // The later one wins, so the URL's own `options` come last.
        parameters["options"] = [serverOptions, host["options"] ?? ""].joined(separator: " ").trimmed
        return parameters
    }

    private var serverOptions: String {
        var all = [
            "client_min_messages": "warning",
            "TimeZone": "UTC",
            "jit": "off",  // compiling a set-based statement of some milliseconds costs more than running it
            "client_connection_check_interval": "2s",  // stop working for a client that is gone
            "statement_timeout": String(statementTimeout?.milliseconds ?? 0),
            "lock_timeout": String(lockTimeout?.milliseconds ?? 0),
            "idle_in_transaction_session_timeout": String(idleInTransactionTimeout?.milliseconds ?? 0),
        ]
        if let schema {
            // Temporary tables last: otherwise they could stand in front of the real ones.
            all["search_path"] = "\(schema.quotedIdentifier), pg_temp"
        }
        all.merge(settings) { $1 }
        return all.sorted { $0.key < $1.key }.map { "-c \($0.key)=\(Self.escape($0.value))" }.joined(separator: " ")
    }

    /// In `options` white space separates and a backslash protects.
    private static func escape(_ value: String) -> String {
        var escaped = ""
        for character in value {
            if character == "\\" || character.isWhitespace { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }
}

extension Duration {
    /// Whole milliseconds, rounded up and at least one: zero would mean "no limit" to PostgreSQL.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let part = attoseconds / 1_000_000_000_000_000 + (attoseconds % 1_000_000_000_000_000 > 0 ? 1 : 0)
        return max(1, seconds * 1000 + part)
    }
}

extension String {
    /// As an SQL identifier, in quotes.
    var quotedIdentifier: String {
        "\"" + reduce(into: "") { $0 += $1 == "\"" ? "\"\"" : String($1) } + "\""
    }
}
