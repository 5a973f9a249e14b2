import Contracts

extension JSON {
    /// An object in the order written.
    static func members(_ pairs: KeyValuePairs<String, JSON>) -> JSON {
        .object(pairs.map { Member($0.key, $0.value) })
    }

    static func int(_ value: Int64) -> JSON { .number(String(value)) }
    static func int(_ value: Int) -> JSON { .number(String(value)) }
    static func strings(_ values: [String]) -> JSON { .array(values.map(JSON.string)) }
    static func time(_ value: Timestamp) -> JSON { .string(value.description) }
    static func amount(_ value: Money) -> JSON { .string(value.description) }

    /// `null` where there is no value.
    static func optional(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }
}
