/// What went wrong with a connection or a statement. Ask ``classification`` for what to do next.
///
/// `description` is fit for logs: it holds no parameter values. ``Report/detail`` may (a duplicate key is quoted there).
public struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Equatable {
        /// No connection came about: unreachable, silent, refused by TLS, password or role. `sqlState` is given when
        /// the server said why.
        case connectFailed(sqlState: String?)
        /// The connection broke or the server fell silent; it is closed. Connect anew.
        case connectionLost
        /// The server refused a statement.
        case server(Report)
        /// COMMIT was answered with ROLLBACK: the transaction had failed before. Nothing of it is stored.
        case rolledBack
        /// The call itself is wrong, as with too many parameters; nothing was sent.
        case misuse
        /// A column does not exist, is NULL or has another type than asked for.
        case badColumn
        /// The server or libpq behaved in a way this module doesn't know; the connection is closed.
        case protocolViolation
        /// The connection URL can't be used.
        case badURL
    }

    /// The fields of the server's error message, as in PostgreSQL's manual, "Error and Notice Message Fields".
    public struct Report: Sendable, Equatable {
        public var sqlState = ""
        /// `ERROR`, or `FATAL` and `PANIC`, which end the connection.
        public var severity = ""
        public var detail: String?
        public var hint: String?
        public var schema: String?
        public var table: String?
        public var column: String?
        public var constraint: String?
        /// Where in the SQL, in characters from 1.
        public var position: String?
        /// The function of the server that raised it.
        public var routine: String?
    }

    public let code: Code
    public let message: String
    /// Index of the statement in its pipeline, from 0.
    public internal(set) var statement: Int?
    /// The connection ended while a COMMIT (or the implicit commit of a pipeline outside a transaction) was under way:
    /// the work may be stored or not.
    public internal(set) var commitUnknown = false

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The five-character SQLSTATE, when the server gave one.
    public var sqlState: String? {
        switch code {
        case .server(let report): report.sqlState
        case .connectFailed(let sqlState): sqlState
        default: nil
        }
    }

    /// The constraint that was violated, for errors of class 23.
    public var constraint: String? {
        guard case .server(let report) = code else { return nil }
        return report.constraint
    }

    public var description: String {
        var text: String
        switch code {
        case .connectFailed: text = "could not connect to PostgreSQL"
        case .connectionLost: text = "connection to PostgreSQL lost"
        case .server(let report):
            text = "PostgreSQL \(report.severity) \(report.sqlState)"
            if let constraint = report.constraint { text += " (\(constraint))" }
        case .rolledBack: text = "transaction rolled back"
        case .misuse: text = "wrong use of PostgreSQL"
        case .badColumn: text = "unexpected column"
        case .protocolViolation: text = "unexpected behaviour of PostgreSQL"
        case .badURL: text = "unusable PostgreSQL URL"
        }
        text += ": \(message)"
        if let statement { text += " [statement \(statement)]" }
        if commitUnknown { text += " [commit unknown]" }
        return text
    }
}

extension PostgresError.Report {
    public init(sqlState: String, severity: String) {
        self.init()
        self.sqlState = sqlState
        self.severity = severity
    }
}
