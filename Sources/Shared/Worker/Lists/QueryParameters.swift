import Contracts

/// Reads the query parameters of one question and collects what is wrong with them, all at once.
public struct QueryParameters {
    private let values: [String: String]
    private var faults: [FieldError] = []
    private var known: Set<String> = []
    /// What the gateway adds of its own.
    private static let reserved: Set<String> = ["id", "if-none-match"]

    public init(_ query: Message) { values = query.parameters }

    /// Why the question cannot be answered: a parameter that none of the reads named, or values that are not valid. Comes
    /// after all reads.
    public var problem: Problem? {
        if let unknown = values.keys.sorted().first(where: { !known.contains($0) && !Self.reserved.contains($0) }) {
            return .unknownParameter(unknown)
        }
        guard !faults.isEmpty else { return nil }
        return Problem(
            .invalidParameter, faults.count == 1 ? "A parameter is not valid." : "Parameters are not valid.",
            errors: faults)
    }

    public mutating func refuse(_ name: String, _ code: String, _ detail: String) {
        faults.append(FieldError(parameter: name, code: code, detail: detail))
    }

    /// The text of a parameter as `read` understands it.
    public mutating func value<Value>(
        _ name: String, _ detail: String, code: String = "invalid_format", _ read: (String) -> Value?
    ) -> Value? {
        known.insert(name)
        guard let text = values[name] else { return nil }
        let value = read(text)
        if value == nil { refuse(name, code, detail) }
        return value
    }

    public mutating func time(_ name: String) -> Timestamp? {
        value(name, "Must be an RFC 3339 date and time.") { Timestamp($0) }
    }

    public mutating func externalID(_ name: String) -> String? {
        value(name, "Must be 1 to 128 letters, digits or . _ : @ | ~ -.") { ExternalID.isValid($0) ? $0 : nil }
    }

    public mutating func id(_ name: String) -> Identifier? {
        value(name, "Must be an id.") { Identifier($0) }
    }

    public mutating func flag(_ name: String) -> Bool? {
        value(name, "Must be true or false.") { Bool($0) }
    }

    public mutating func number(_ name: String, _ range: ClosedRange<Int>, default fallback: Int) -> Int {
        let number = value(name, "Must be a number from \(range.lowerBound) to \(range.upperBound).") { text -> Int? in
            guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            return Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
        return number ?? fallback
    }

    public mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, default fallback: Word)
        -> Word
    {
        value(name, "Must be one of \(Self.list(Word.self)).", code: "unknown_value") { Word(rawValue: $0) } ?? fallback
    }

    /// Words with commas between them, as many as there are different ones at most.
    public mutating func words<Word: RawRepresentable<String> & CaseIterable & Hashable>(
        _ name: String, _ type: Word.Type
    ) -> Set<Word>? {
        let parts = value(name, "Must be at most \(type.allCases.count) words.", code: "too_many_items") { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            return parts.count <= type.allCases.count ? parts : nil
        }
        guard let parts else { return nil }
        let words = parts.compactMap { Word(rawValue: String($0)) }
        guard words.count == parts.count else {
            refuse(name, "unknown_value", "Must be of \(Self.list(type)).")
            return nil
        }
        return Set(words)
    }

    private static func list<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
