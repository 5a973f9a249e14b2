/// A value in message headers or queue arguments.
///
/// Read from the broker, the smaller integers arrive as `int32`, unsigned ones of 32 and 64 bits as `int64` (clamped), floats and
/// decimals as `double`. The wire's "long string" is text here; bytes that are no UTF-8 are repaired, so send those as `bytes`.
public enum AMQPValue: Sendable, Hashable {
    case string(String)
    case int32(Int32)
    case int64(Int64)
    case bool(Bool)
    case double(Double)
    /// Seconds since 1970.
    case timestamp(Int64)
    case bytes([UInt8])
    case table(AMQPHeaders)
    case array([AMQPValue])
    case null

    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number of either integer kind or of a timestamp.
    public var integerValue: Int64? {
        switch self {
        case .int32(let value): Int64(value)
        case .int64(let value), .timestamp(let value): value
        default: nil
        }
    }

    public var tableValue: AMQPHeaders? {
        if case .table(let value) = self { value } else { nil }
    }

    public var arrayValue: [AMQPValue]? {
        if case .array(let value) = self { value } else { nil }
    }
}

extension AMQPValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int64(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
