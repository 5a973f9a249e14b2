/// The PostgreSQL types this module speaks, each with the number PostgreSQL gives it (`pg_type.oid`; fixed by
/// `src/include/catalog/pg_type.dat`).
public enum PostgresType: UInt32, Sendable {
    /// Left to the server, which infers it from where the parameter stands.
    case inferred = 0
    case bool = 16
    case bytes = 17
    case int64 = 20
    case int32 = 23
    case text = 25
    case json = 114
    case double = 701
    case date = 1082
    /// `timestamptz`.
    case timestamp = 1184
    case uuid = 2950

    case jsonArray = 199
    case boolArray = 1000
    case bytesArray = 1001
    case int32Array = 1007
    case textArray = 1009
    case int64Array = 1016
    case doubleArray = 1022
    case timestampArray = 1185
    case uuidArray = 2951
}

/// Numbers of types that are read but never sent.
enum ForeignType {
    static let int16: UInt32 = 21
    static let oid: UInt32 = 26
    static let float: UInt32 = 700
    static let localTimestamp: UInt32 = 1114
    static let numeric: UInt32 = 1700
    static let jsonb: UInt32 = 3802
    static let nameArray: UInt32 = 1003
    static let int16Array: UInt32 = 1005
    static let varcharArray: UInt32 = 1015
    static let jsonbArray: UInt32 = 3807
}
