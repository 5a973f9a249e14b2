import Contracts
import Foundation

/// Compares values with schemas, for exactly the keywords of JSON Schema 2020-12 that docs/openapi.yaml uses. A keyword that is
/// not known is a fault, so that nothing passes because it was not looked at.
public struct SchemaValidator {
    private let document: APIDocument

    public init(_ document: APIDocument) { self.document = document }

    /// What is wrong with the value, each with its place; empty when it fits.
    public func faults(in value: JSON, _ schema: JSON, at place: String = "") -> [String] {
        faults(in: value, schema, at: place, documented: [])
    }

    /// - `documented`: Members that a schema which refers to this one names beside it.
    private func faults(in value: JSON, _ schema: JSON, at place: String, documented: Set<String>) -> [String] {
        guard case .object(let keywords) = schema else { return ["\(place): no schema"] }
        let names = documented.union(schema["properties"]?.members?.map(\.name) ?? [])
        var faults: [String] = []
        for keyword in keywords { faults += check(keyword.name, keyword.value, value, schema, place, names) }
        return faults + undocumented(in: value, schema, place, names)
    }

    private func check(
        _ keyword: String, _ rule: JSON, _ value: JSON, _ schema: JSON, _ place: String, _ documented: Set<String>
    ) -> [String] {
        func fault(_ isWrong: Bool) -> [String] {
            isWrong ? ["\(place): \(keyword) \(rule.shown) does not fit \(value.shown)"] : []
        }
        switch keyword {
        case "description", "examples", "default": return []
        case "$ref":
            guard let target = try? document.resolved(schema) else { return ["\(place): \(rule.shown) names nothing"] }
            return faults(in: value, target, at: place, documented: documented)
        case "type":
            let types = rule.array?.compactMap(\.string) ?? [rule.string ?? ""]
            return fault(!types.contains { value.isOf(type: $0) })
        case "enum": return fault(rule.array?.contains(value) != true)
        case "const": return fault(value != rule)
        case "anyOf":
            let options = rule.array ?? []
            return fault(!options.contains { faults(in: value, $0, at: place).isEmpty })
        case "not": return fault(faults(in: value, rule, at: place).isEmpty)
        case "minLength": return fault(value.length.map { $0 < rule.whole } ?? false)
        case "maxLength": return fault(value.length.map { $0 > rule.whole } ?? false)
        case "pattern": return fault(value.string.map { !Self.matches($0, rule.string ?? "") } ?? false)
        case "format": return fault(value.string.map { !Self.hasFormat($0, rule.string ?? "") } ?? false)
        case "minimum": return fault(value.number.map { $0 < rule.number ?? 0 } ?? false)
        case "maximum": return fault(value.number.map { $0 > rule.number ?? 0 } ?? false)
        case "minItems": return fault(value.array.map { $0.count < rule.whole } ?? false)
        case "maxItems": return fault(value.array.map { $0.count > rule.whole } ?? false)
        case "uniqueItems":
            return fault(
                value.array.map { items in items.indices.contains { items[..<$0].contains(items[$0]) } } ?? false)
        case "items":
            return (value.array ?? []).enumerated().flatMap { faults(in: $1, rule, at: "\(place)/\($0)") }
        case "required":
            let names = (rule.array ?? []).compactMap(\.string)
            return value.members.map { members in
                names.filter { name in !members.contains { $0.name == name } }.map { "\(place)/\($0): is missing" }
            } ?? []
        case "properties":
            return (value.members ?? []).flatMap { member in
                rule[member.name].map { faults(in: member.value, $0, at: "\(place)/\(member.name)") } ?? []
            }
        case "additionalProperties":
            return (value.members ?? []).filter { schema["properties"]?[$0.name] == nil }
                .flatMap { faults(in: $0.value, rule, at: "\(place)/\($0.name)") }
        case "minProperties": return fault(value.members.map { $0.count < rule.whole } ?? false)
        case "maxProperties": return fault(value.members.map { $0.count > rule.whole } ?? false)
        default: return ["\(place): the keyword \(keyword) is not known to the validator"]
        }
    }

    /// Members that the contract does not name, where it names some and says nothing of others. Beside a reference, what it
    /// refers to is asked.
    private func undocumented(in value: JSON, _ schema: JSON, _ place: String, _ documented: Set<String>) -> [String] {
        guard let members = value.members, schema["$ref"] == nil, schema["additionalProperties"] == nil,
            schema["properties"] != nil
        else { return [] }
        return members.filter { !documented.contains($0.name) }.map { "\(place)/\($0.name): is not documented" }
    }

    private static func matches(_ text: String, _ pattern: String) -> Bool {
        guard let expression = try? Regex(pattern) else { return false }
        return text.firstMatch(of: expression) != nil
    }

    private static func hasFormat(_ text: String, _ format: String) -> Bool {
        switch format {
        case "date-time": Timestamp(text) != nil
        case "date": matches(text, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$") && Timestamp("\(text)T00:00:00Z") != nil
        case "email": matches(text, "^[^@ ]+@[^@ ]+$")
        case "uri": matches(text, "^[a-z][a-z0-9+.-]*:[\\x21-\\x7E]+$")
        case "uri-reference": matches(text, "^[\\x21-\\x7E]+$")
        default: false
        }
    }
}

extension JSON {
    fileprivate var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    fileprivate var number: Double? {
        guard case .number(let text) = self else { return nil }
        return Double(text)
    }

    /// A limit, which is a whole number.
    fileprivate var whole: Int { number.map { Int($0) } ?? 0 }

    fileprivate var length: Int? { string?.unicodeScalars.count }

    fileprivate var shown: String { String(String(decoding: jsonBytes, as: UTF8.self).prefix(200)) }

    fileprivate func isOf(type: String) -> Bool {
        switch (type, self) {
        case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object),
            ("number", .number):
            true
        case ("integer", .number(let text)): Double(text).map { $0 == $0.rounded() } ?? false
        default: false
        }
    }
}
