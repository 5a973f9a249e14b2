import CLibPQ

/// One row of ``Rows``. Every accessor throws ``PostgresError`` `.badColumn` when the column does not exist, is of
/// another type, or is NULL where the accessor has no `OrNil` in its name.
package struct Row {
    let rows: Rows
    let index: Int32

    package func isNull(_ column: Column) throws(PostgresError) -> Bool {
        PQgetisnull(rows.result, index, Int32(try rows.position(of: column))) == 1
    }

    package func bool(_ column: Column) throws(PostgresError) -> Bool { try value(column).bool() }
    package func boolOrNil(_ column: Column) throws(PostgresError) -> Bool? { try valueOrNil(column)?.bool() }

    /// From `integer` or `smallint`.
    package func int32(_ column: Column) throws(PostgresError) -> Int32 { try value(column).int32() }
    package func int32OrNil(_ column: Column) throws(PostgresError) -> Int32? { try valueOrNil(column)?.int32() }

    /// From `bigint` or a narrower integer. Note that `sum(bigint)` is `numeric`: cast it in the SQL.
    package func int64(_ column: Column) throws(PostgresError) -> Int64 { try value(column).int64() }
    package func int64OrNil(_ column: Column) throws(PostgresError) -> Int64? { try valueOrNil(column)?.int64() }

    package func double(_ column: Column) throws(PostgresError) -> Double { try value(column).double() }
    package func doubleOrNil(_ column: Column) throws(PostgresError) -> Double? { try valueOrNil(column)?.double() }

    /// From text types, enumerations and `json`.
    package func text(_ column: Column) throws(PostgresError) -> String { try value(column).text() }
    package func textOrNil(_ column: Column) throws(PostgresError) -> String? { try valueOrNil(column)?.text() }

    package func bytes(_ column: Column) throws(PostgresError) -> [UInt8] { try value(column).bytes() }
    package func bytesOrNil(_ column: Column) throws(PostgresError) -> [UInt8]? { try valueOrNil(column)?.bytes() }

    /// The text of a `json` or `jsonb` document.
    package func json(_ column: Column) throws(PostgresError) -> [UInt8] { try value(column).json() }
    package func jsonOrNil(_ column: Column) throws(PostgresError) -> [UInt8]? { try valueOrNil(column)?.json() }

    package func uuid(_ column: Column) throws(PostgresError) -> PostgresUUID { try value(column).uuid() }
    package func uuidOrNil(_ column: Column) throws(PostgresError) -> PostgresUUID? { try valueOrNil(column)?.uuid() }

    /// Microseconds since 1970-01-01 00:00 UTC, from `timestamptz` or, taken as UTC, `timestamp`. Infinity is an error.
    package func timestamp(_ column: Column) throws(PostgresError) -> Int64 { try value(column).timestamp() }
    package func timestampOrNil(_ column: Column) throws(PostgresError) -> Int64? {
        try valueOrNil(column)?.timestamp()
    }

    /// Days since 1970-01-01.
    package func date(_ column: Column) throws(PostgresError) -> Int32 { try value(column).date() }
    package func dateOrNil(_ column: Column) throws(PostgresError) -> Int32? { try valueOrNil(column)?.date() }

    package func boolArray(_ column: Column) throws(PostgresError) -> [Bool?] {
        try value(column).array { cell throws(PostgresError) in try cell.bool() }
    }
    package func int32Array(_ column: Column) throws(PostgresError) -> [Int32?] {
        try value(column).array { cell throws(PostgresError) in try cell.int32() }
    }
    package func int64Array(_ column: Column) throws(PostgresError) -> [Int64?] {
        try value(column).array { cell throws(PostgresError) in try cell.int64() }
    }
    package func doubleArray(_ column: Column) throws(PostgresError) -> [Double?] {
        try value(column).array { cell throws(PostgresError) in try cell.double() }
    }
    package func textArray(_ column: Column) throws(PostgresError) -> [String?] {
        try value(column).array { cell throws(PostgresError) in try cell.text() }
    }
    package func bytesArray(_ column: Column) throws(PostgresError) -> [[UInt8]?] {
        try value(column).array { cell throws(PostgresError) in try cell.bytes() }
    }
    package func jsonArray(_ column: Column) throws(PostgresError) -> [[UInt8]?] {
        try value(column).array { cell throws(PostgresError) in try cell.json() }
    }
    package func uuidArray(_ column: Column) throws(PostgresError) -> [PostgresUUID?] {
        try value(column).array { cell throws(PostgresError) in try cell.uuid() }
    }
    package func timestampArray(_ column: Column) throws(PostgresError) -> [Int64?] {
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
