/// Named values in `application/x-www-form-urlencoded` form, order and doubles kept.
public struct FormFields: Sendable, ExpressibleByDictionaryLiteral {
    public private(set) var fields: [(name: String, value: String)] = []

    public init() {}

    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    /// Reads an encoded body or query: `+` is a space, `%2B` a plus; a name without `=` has an empty value.
    ///
    /// - Returns: Nil on a broken percent escape or bytes that are not UTF-8.
    public init?(decoding encoded: some Sequence<UInt8>) {
        for pair in Array(encoded).split(separator: UInt8(ascii: "&")) {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(sides[0], plusIsSpace: true),
                let value = sides.count == 2 ? PercentEncoding.decode(sides[1], plusIsSpace: true) : ""
            else { return nil }
            add(name, value)
        }
    }

    public mutating func add(_ name: String, _ value: String) {
        fields.append((name, value))
    }

    /// The first value of that name.
    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The encoded form: a space is `+`, all but the unreserved characters `%XX`.
    public var encoded: String {
        var bytes: [UInt8] = []
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "&")) }
            Self.append(field.name, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            Self.append(field.value, to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            if byte == UInt8(ascii: " ") {
                bytes.append(UInt8(ascii: "+"))
            } else {
                PercentEncoding.append(byte, to: &bytes)
            }
        }
    }
}
