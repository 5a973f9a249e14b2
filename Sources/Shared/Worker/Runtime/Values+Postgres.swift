import Contracts
import Postgres

extension Identifier {
    public var uuid: PostgresUUID { PostgresUUID(high: high, low: low) }
    public init(_ uuid: PostgresUUID) { self.init(high: uuid.high, low: uuid.low) }
}

extension Timestamp {
    public var microseconds: Int64 { milliseconds * 1000 }
    public init(microseconds: Int64) {
        self.init(milliseconds: (microseconds >= 0 ? microseconds : microseconds - 999) / 1000)
    }
}

extension PostgresValue {
    public static func ids(_ ids: [Identifier]) -> PostgresValue { .uuidArray(ids.map(\.uuid)) }
    public static func optionalIDs(_ ids: [Identifier?]) -> PostgresValue {
        .uuidArray(ids.map { $0?.uuid })
    }
    public static func times(_ times: [Timestamp]) -> PostgresValue {
        .timestampArray(times.map(\.microseconds))
    }
    public static func optionalTimes(_ times: [Timestamp?]) -> PostgresValue {
        .timestampArray(times.map { $0?.microseconds })
    }
    public static func texts(_ texts: [String]) -> PostgresValue { .textArray(texts) }
    public static func id(_ id: Identifier) -> PostgresValue { .uuid(id.uuid) }
    public static func time(_ time: Timestamp) -> PostgresValue { .timestamp(time.microseconds) }
    /// The words of a filter; NULL when it is not set.
    public static func words<Word: RawRepresentable<String>>(_ words: Set<Word>?) -> PostgresValue {
        words.map { .texts($0.map(\.rawValue).sorted()) } ?? .null(.textArray)
    }
    public static func optional(_ id: Identifier?) -> PostgresValue { id.map { .id($0) } ?? .null(.uuid) }
}

extension Array {
    /// One value of each element, as a column of a statement. The elements are looked at where they lie: `map` copies each,
    /// and a row is large.
    public func column<Value>(_ value: (borrowing Element) -> Value) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        let elements = span
        for index in elements.indices { values.append(value(elements[index])) }
        return values
    }
}
