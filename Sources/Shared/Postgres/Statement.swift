/// One SQL statement with its parameters: a value, made anywhere and run by a ``PostgresConnection``.
///
/// The text holds `$1`, `$2`, … for the parameters and no value of its own. It is prepared once per connection, by its
/// text and parameter types, so it should be a constant: a text put together per call would fill the cache. It must be
/// a single statement and not `COPY`; several at once go through ``PostgresConnection/simple(_:)``.
public struct Statement: Sendable, Equatable {
    public let sql: String
    public let parameters: [PostgresValue]
    let role: Role

    /// What the connection has to know about a statement's effect on the transaction.
    enum Role: Sendable {
        case ordinary
        case begin
        case commit
    }

    public init(_ sql: String, _ parameters: [PostgresValue] = []) {
        self.sql = sql
        self.parameters = parameters
        role = parameters.isEmpty ? Role(firstWordOf: sql) : .ordinary
    }

    /// Opens a transaction in read committed.
    public static let begin = Statement("BEGIN")
    /// Opens a transaction that sees one snapshot and writes nothing: for reads that must agree with each other.
    public static let beginReadOnly = Statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    /// Ends the transaction; ``PostgresConnection`` throws `.rolledBack` when the server rolled back instead.
    public static let commit = Statement("COMMIT")
    /// Ends the transaction without a trace; harmless (a logged warning) when none is open.
    public static let rollback = Statement("ROLLBACK")
}

extension Statement.Role {
    init(firstWordOf sql: String) {
        let word = sql.utf8.lazy.drop { $0 <= UInt8(ascii: " ") }.prefix { $0 | 0x20 >= 97 && $0 | 0x20 <= 122 }
            .map { $0 | 0x20 }
        if word.elementsEqual("begin".utf8) || word.elementsEqual("start".utf8) {
            self = .begin
        } else if word.elementsEqual("commit".utf8) || word.elementsEqual("end".utf8) {
            self = .commit
        } else {
            self = .ordinary
        }
    }
}
