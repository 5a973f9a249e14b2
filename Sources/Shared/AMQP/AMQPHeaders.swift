/// Header names and values in the order they were set or sent.
///
/// Reads like a dictionary but searches a list: a message has a dozen headers at most, and hashing each name of each message
/// costs more than comparing a few.
public struct AMQPHeaders: Sendable {
    private var entries: [(key: String, value: AMQPValue)]

    public init() { entries = [] }

    public init(_ dictionary: [String: AMQPValue]) {
        entries = dictionary.map { (key: $0.key, value: $0.value) }
    }

    public subscript(name: String) -> AMQPValue? {
        get {
            for entry in entries where entry.key == name { return entry.value }
            return nil
        }
        set {
            guard let index = entries.firstIndex(where: { $0.key == name }) else {
                if let newValue { entries.append((key: name, value: newValue)) }
                return
            }
            if let newValue { entries[index].value = newValue } else { entries.remove(at: index) }
        }
    }

    /// Adds a header whose name is known to be new; the subscript looks for it first.
    public mutating func append(_ name: String, _ value: AMQPValue) {
        entries.append((key: name, value: value))
    }

    public mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

    /// Removes the headers whose name meets the condition.
    public mutating func removeAll(where condition: (String) throws -> Bool) rethrows {
        try entries.removeAll { try condition($0.key) }
    }
}

extension AMQPHeaders: RandomAccessCollection {
    public var startIndex: Int { entries.startIndex }
    public var endIndex: Int { entries.endIndex }
    public subscript(position: Int) -> (key: String, value: AMQPValue) { entries[position] }
}

extension AMQPHeaders: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, AMQPValue)...) {
        entries = elements.map { (key: $0.0, value: $0.1) }
    }
}

extension AMQPHeaders: Hashable {
    /// The same names with the same values; order does not count, as it does not on the wire.
    public static func == (left: AMQPHeaders, right: AMQPHeaders) -> Bool {
        left.count == right.count && left.entries.allSatisfy { right[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(entries.count) }
}
