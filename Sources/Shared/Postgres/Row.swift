import CLibPQ

/// One row of ``Rows``. Every accessor throws ``PostgresError`` `.badColumn` when the column does not exist, is of
/// another type, or is NULL where the accessor has no `OrNil` in its name.
public struct Row {
    let rows: Rows
    let index: Int32

    public func isNull(_ column: Column) throws(PostgresError) -> Bool {
        PQgetisnull(rows.result, index, Int32(try rows.position(of: column))) == 1
    }

    public func bool(_ column: Column) throws(PostgresError) -> Bool { try value(column).bool() }
    public func boolOrNil(_ column: Column) throws(PostgresError) -> Bool? { try valueOrNil(column)?.bool() }

    /// From `integer` or `smallint`.
    public func int32(_ column: Column) throws(PostgresError) -> Int32 { try value(column).int32() }
    public func int32OrNil(_ column: Column) throws(PostgresError) -> Int32? { try valueOrNil(column)?.int32() }

    /// From `bigint` or a narrower integer. Note that `sum(bigint)` is `numeric`: cast it in the SQL.
    public func int64(_ column: Column) throws(PostgresError) -> Int64 { try value(column).int64() }
    public func int64OrNil(_ column: Column) throws(PostgresError) -> Int64? { try valueOrNil(column)?.int64() }

    public func double(_ column: Column) throws(PostgresError) -> Double { try value(column).double() }
    public func doubleOrNil(_ column: Column) throws(PostgresError) -> Double? { try valueOrNil(column)?.double() }

    /// From text types, enumerations and `json`.
    public func text(_ column: Column) throws(PostgresError) -> String { try value(column).text() }
    public func textOrNil(_ column: Column) throws(PostgresError) -> String? { try valueOrNil(column)?.text() }

    public func bytes(_ column: Column) throws(PostgresError) -> [UInt8] { try value(column).bytes() }
    public func bytesOrNil(_ column: Column) throws(PostgresError) -> [UInt8]? { try valueOrNil(column)?.bytes() }

    /// The text of a `json` or `jsonb` document.
    public func json(_ column: Column) throws(PostgresError) -> [UInt8] { try value(column).json() }
    public func jsonOrNil(_ column: Column) throws(PostgresError) -> [UInt8]? { try valueOrNil(column)?.json() }

    public func uuid(_ column: Column) throws(PostgresError) -> PostgresUUID { try value(column).uuid() }
    public func uuidOrNil(_ column: Column) throws(PostgresError) -> PostgresUUID? { try valueOrNil(column)?.uuid() }

    /// Microseconds since 1970-01-01 00:00 UTC, from `timestamptz` or, taken as UTC, `timestamp`. Infinity is an error.
    public func timestamp(_ column: Column) throws(PostgresError) -> Int64 { try value(column).timestamp() }
    public func timestampOrNil(_ column: Column) throws(PostgresError) -> Int64? {
        try valueOrNil(column)?.timestamp()
    }

    /// Days since 1970-01-01.
    public func date(_ column: Column) throws(PostgresError) -> Int32 { try value(column).date() }
    public func dateOrNil(_ column: Column) throws(PostgresError) -> Int32? { try valueOrNil(column)?.date() }

    public func boolArray(_ column: Column) throws(PostgresError) -> [Bool?] {
        try value(column).array { cell throws(PostgresError) in try cell.bool() }
    }
    public func int32Array(_ column: Column) throws(PostgresError) -> [Int32?] {
        try value(column).array { cell throws(PostgresError) in try cell.int32() }
    }
    public func int64Array(_ column: Column) throws(PostgresError) -> [Int64?] {
        try value(column).array { cell throws(PostgresError) in try cell.int64() }
    }
    public func doubleArray(_ column: Column) throws(PostgresError) -> [Double?] {
        try value(column).array { cell throws(PostgresError) in try cell.double() }
    }
    public func textArray(_ column: Column) throws(PostgresError) -> [String?] {
        try value(column).array { cell throws(PostgresError) in try cell.text() }
    }
    public func bytesArray(_ column: Column) throws(PostgresError) -> [[UInt8]?] {
        try value(column).array { cell throws(PostgresError) in try cell.bytes() }
    }
    public func jsonArray(_ column: Column) throws(PostgresError) -> [[UInt8]?] {
        try value(column).array { cell throws(PostgresError) in try cell.json() }
    }
    public func uuidArray(_ column: Column) throws(PostgresError) -> [PostgresUUID?] {
        try value(column).array { cell throws(PostgresError) in try cell.uuid() }
    }
    public func timestampArray(_ column: Column) throws(PostgresError) -> [Int64?] {
        try value(column).array { cell throws(PostgresError) in try cell.timestamp() }
    }

    private func value(_ column: Column) throws(PostgresError) -> Cell {
        let position = try rows.position(of: column)
        guard let cell = cell(position) else {
            throw PostgresError(.badColumn, "column \(rows.columnNames[position]) is NULL")
        }
        return cell
    }

    private func valueOrNil(_ column: Column) throws(PostgresError) -> Cell? {
        cell(try rows.position(of: column))
    }

    private func cell(_ position: Int) -> Cell? {
        let column = Int32(position)
        guard PQgetisnull(rows.result, index, column) == 0 else { return nil }
        let content = UnsafeRawBufferPointer(
            start: PQgetvalue(rows.result, index, column), count: Int(PQgetlength(rows.result, index, column)))
        return Cell(type: PQftype(rows.result, column), content: content, rows: rows, position: position)
    }
}
