package import Contracts
package import Postgres

extension Identifier {
    package var uuid: PostgresUUID { PostgresUUID(high: high, low: low) }
    package init(_ uuid: PostgresUUID) { self.init(high: uuid.high, low: uuid.low) }
}

extension Timestamp {
    package var microseconds: Int64 { milliseconds * 1000 }
    package init(microseconds: Int64) {
        self.init(milliseconds: (microseconds >= 0 ? microseconds : microseconds - 999) / 1000)
    }
}

extension PostgresValue {
    package static func ids(_ ids: [Identifier]) -> PostgresValue { .uuidArray(ids.map(\.uuid)) }
    package static func optionalIDs(_ ids: [Identifier?]) -> PostgresValue {
        .uuidArray(ids.map { $0?.uuid })
    }
    package static func times(_ times: [Timestamp]) -> PostgresValue {
        .timestampArray(times.map(\.microseconds))
    }
    package static func optionalTimes(_ times: [Timestamp?]) -> PostgresValue {
        .timestampArray(times.map { $0?.microseconds })
    }
    package static func texts(_ texts: [String]) -> PostgresValue { .textArray(texts) }
    package static func id(_ id: Identifier) -> PostgresValue { .uuid(id.uuid) }
    package static func time(_ time: Timestamp) -> PostgresValue { .timestamp(time.microseconds) }
    /// The words of a filter; NULL when it is not set.
    package static func words<Word: RawRepresentable<String>>(_ words: Set<Word>?) -> PostgresValue {
        words.map { .texts($0.map(\.rawValue).sorted()) } ?? .null(.textArray)
    }
    package static func optional(_ id: Identifier?) -> PostgresValue { id.map { .id($0) } ?? .null(.uuid) }
}

extension Array {
    /// One value of each element, as a column of a statement. The elements are looked at where they lie: `map` copies each,
    /// and a row is large.
    @inlinable
    package func column<Value>(_ value: (borrowing Element) -> Value) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        let elements = span
        for index in elements.indices { values.append(value(elements[index])) }
        return values
    }
}
