/// A value bound to a statement's parameter. All are sent in PostgreSQL's binary format.
///
/// Arrays are one-dimensional and carry whole columns of rows for `unnest($1, $2, …)` and `= ANY($1)`; their elements
/// may be nil.
public enum PostgresValue: Sendable, Equatable {
    /// NULL of a stated type. A statement is prepared once per combination of parameter types, so a parameter that is
    /// sometimes NULL should keep its type: see `optional(_:)`.
    case null(PostgresType)
    case bool(Bool)
    case int32(Int32)
    case int64(Int64)
    case double(Double)
    /// Must not contain U+0000, which PostgreSQL refuses (22021).
    case text(String)
    case bytes([UInt8])
    case uuid(PostgresUUID)
    /// Microseconds since 1970-01-01 00:00 UTC, sent as `timestamptz`.
    case timestamp(Int64)
    /// Days since 1970-01-01.
    case date(Int32)
    /// The text of a JSON document in UTF-8, sent as `json`; PostgreSQL casts it when the column is `jsonb`.
    case json([UInt8])

    case boolArray([Bool?])
    case int32Array([Int32?])
    case int64Array([Int64?])
    case doubleArray([Double?])
    case textArray([String?])
    case uuidArray([PostgresUUID?])
    case timestampArray([Int64?])
    case bytesArray([[UInt8]?])
    case jsonArray([[UInt8]?])
    /// Texts that are there as UTF-8 already, sent as `text`; must not contain U+0000.
    case utf8Array([[UInt8]?])

    /// NULL whose type the server infers.
    public static var null: PostgresValue { .null(.inferred) }

    public static func optional(_ value: Bool?) -> PostgresValue { value.map { .bool($0) } ?? .null(.bool) }
    public static func optional(_ value: Int32?) -> PostgresValue { value.map { .int32($0) } ?? .null(.int32) }
    public static func optional(_ value: Int64?) -> PostgresValue { value.map { .int64($0) } ?? .null(.int64) }
    public static func optional(_ value: Double?) -> PostgresValue { value.map { .double($0) } ?? .null(.double) }
    public static func optional(_ value: String?) -> PostgresValue { value.map { .text($0) } ?? .null(.text) }
    public static func optional(_ value: PostgresUUID?) -> PostgresValue { value.map { .uuid($0) } ?? .null(.uuid) }
    public static func optional(timestamp: Int64?) -> PostgresValue {
        timestamp.map { .timestamp($0) } ?? .null(.timestamp)
    }
    public static func optional(date: Int32?) -> PostgresValue { date.map { .date($0) } ?? .null(.date) }
    public static func optional(bytes: [UInt8]?) -> PostgresValue { bytes.map { .bytes($0) } ?? .null(.bytes) }
    public static func optional(json: [UInt8]?) -> PostgresValue { json.map { .json($0) } ?? .null(.json) }

    /// The type the parameter is declared with.
    public var type: PostgresType {
        switch self {
        case .null(let type): type
        case .bool: .bool
        case .int32: .int32
        case .int64: .int64
        case .double: .double
        case .text: .text
        case .bytes: .bytes
        case .uuid: .uuid
        case .timestamp: .timestamp
        case .date: .date
        case .json: .json
        case .boolArray: .boolArray
        case .int32Array: .int32Array
        case .int64Array: .int64Array
        case .doubleArray: .doubleArray
        case .textArray, .utf8Array: .textArray
        case .uuidArray: .uuidArray
        case .timestampArray: .timestampArray
        case .bytesArray: .bytesArray
        case .jsonArray: .jsonArray
        }
    }
}
