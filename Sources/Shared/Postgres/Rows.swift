import CLibPQ

/// The rows a statement returned, in the server's order, read in place: nothing is copied until a value is asked for.
/// Keeps the whole answer in memory until it is dropped. Stays on the thread of its connection.
public final class Rows {
    let result: OpaquePointer
    private lazy var names: [String] = (0..<columnCount).map { String(cString: PQfname(result, Int32($0))) }
    public let count: Int
    public let columnCount: Int

    /// Takes over the result and frees it in the end.
    init(owning result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
        columnCount = Int(PQnfields(result))
    }

    deinit { PQclear(result) }

    /// What the server says it did, as in `INSERT 0 64` or `COMMIT`.
    public var commandTag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    /// How many rows the statement inserted, changed, removed or returned; 0 for those that do none of it.
    public var affected: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    public var columnNames: [String] { names }

    /// The position of a column; with several of the same name the first one.
    ///
    /// - Throws: ``PostgresError`` `.badColumn`.
    public func position(of column: Column) throws(PostgresError) -> Int {
        switch column {
        case .index(let index):
            guard index >= 0, index < columnCount else {
                throw PostgresError(.badColumn, "column \(index) of \(columnCount)")
            }
            return index
        case .name(let name):
            guard let index = names.firstIndex(of: name) else {
                throw PostgresError(.badColumn, "no column \(name) among \(names.joined(separator: ", "))")
            }
            return index
        }
    }

    /// The only row.
    ///
    /// - Throws: ``PostgresError`` `.badColumn` when there is none or more than one.
    public func only() throws(PostgresError) -> Row {
        guard count == 1 else { throw PostgresError(.badColumn, "\(count) rows where one is expected") }
        return self[0]
    }
}

@available(*, unavailable, message: "rows stay on the thread of their connection; copy their values out")
extension Rows: Sendable {}

extension Rows: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { count }
    public subscript(index: Int) -> Row {
        precondition(index >= 0 && index < count, "row \(index) of \(count)")
        return Row(rows: self, index: Int32(index))
    }
}

/// Names a column of ``Rows`` by position, which is fastest, or by name: `row.int64(0)`, `row.int64("id")`.
public enum Column: Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    case index(Int)
    case name(String)

    public init(integerLiteral value: Int) { self = .index(value) }
    public init(stringLiteral value: String) { self = .name(value) }
}
