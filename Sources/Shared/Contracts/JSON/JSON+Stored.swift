/// A stored or internal document that does not hold what it must. A fault of the program or of the data at rest:
/// the message is parked, a person looks.
public struct StoredFormatError: Error, Sendable, CustomStringConvertible {
    public let member: String

    public init(_ member: String) { self.member = member }

    public var description: String { "stored document: member \(member) is absent or has another type" }
}

/// Readers for documents that this system wrote itself. What a client sends is read by ``Input``.
extension JSON {
    public func text(_ name: String) throws -> String { try require(self[name]?.string, name) }
    public func int(_ name: String) throws -> Int64 { try require(self[name]?.int, name) }
    public func flag(_ name: String) throws -> Bool { try require(self[name]?.bool, name) }
    public func list(_ name: String) throws -> [JSON] { try require(self[name]?.array, name) }
    public func child(_ name: String) throws -> JSON { try require(self[name], name) }

    public func id(_ name: String) throws -> Identifier {
        try require(self[name]?.string.flatMap { Identifier($0) }, name)
    }

    public func time(_ name: String) throws -> Timestamp {
        try require(self[name]?.string.flatMap { Timestamp($0) }, name)
    }

    public func money(_ name: String, _ currency: Currency) throws -> Money {
        guard let text = self[name]?.scalarText else { throw StoredFormatError(name) }
        return try Money(text: text, currency)
    }

    public func currency(_ name: String = "currency") throws -> Currency {
        try require(self[name]?.string.flatMap { Currency($0) }, name)
    }

    public func percent(_ name: String) throws -> Percent {
        guard let text = self[name]?.scalarText else { throw StoredFormatError(name) }
        return try Percent(text: text)
    }

    public func word<Word: RawRepresentable<String>>(_ name: String, as type: Word.Type = Word.self) throws -> Word {
        try require(self[name]?.string.flatMap { Word(rawValue: $0) }, name)
    }

    // Optional members: nil when absent.

    public func optionalID(_ name: String) throws -> Identifier? { self[name] == nil ? nil : try id(name) }
    public func optionalTime(_ name: String) throws -> Timestamp? { self[name] == nil ? nil : try time(name) }
    public func optionalMoney(_ name: String, _ currency: Currency) throws -> Money? {
        self[name] == nil ? nil : try money(name, currency)
    }

    private func require<Value>(_ value: Value?, _ name: String) throws -> Value {
        guard let value else { throw StoredFormatError(name) }
        return value
    }
}
