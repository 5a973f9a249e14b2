/// Reads RFC 8259 text strictly: one value, UTF-8, no duplicate member names, a bounded depth.
public struct JSONParser {
    /// Why a text is not JSON that we take.
    public enum Fault: Error, Equatable, Sendable {
        /// Not JSON; the offset is where reading stopped.
        case malformed(offset: Int)
        /// More levels than ``JSONParser/depthLimit``.
        case tooDeep
    }

    /// The contract's limit of nesting.
    public static let depthLimit = 32

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// - Throws: ``Fault``; the caller answers 400 `malformed_json`, or 413 for a value that is too deep.
    public static func parse(_ bytes: some Collection<UInt8>) throws(Fault) -> JSON {
        var parser = JSONParser(ArraySlice(bytes))
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == parser.bytes.endIndex else { throw parser.malformed }
        return value
    }

    public static func parse(_ text: String) throws(Fault) -> JSON { try parse(Array(text.utf8)) }

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    private var malformed: Fault { .malformed(offset: position - bytes.startIndex) }

    private var current: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Fault) -> JSON {
        skipSpace()
        guard let byte = current else { throw malformed }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(Fault) -> JSON {
        for byte in "\(text)".utf8 {
            guard take(byte) else { throw malformed }
        }
        return value
    }

    private mutating func object(depth: Int) throws(Fault) -> JSON {
        guard depth <= Self.depthLimit else { throw .tooDeep }
        position += 1
        var members: [JSON.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw malformed }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw malformed }
            members.append(JSON.Member(name, try value(depth: depth)))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw malformed }
            break
        }
        if members.count < 16 {
            for (index, member) in members.enumerated()
            where members[..<index].contains(where: { $0.name == member.name }) {
                throw malformed
            }
        } else if Set(members.map(\.name)).count != members.count {
            throw malformed
        }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(Fault) -> JSON {
        guard depth <= Self.depthLimit else { throw .tooDeep }
        position += 1
        var values: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(values) }
        while true {
            values.append(try value(depth: depth))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw malformed }
            return .array(values)
        }
    }

    private mutating func number() throws(Fault) -> String {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            if let byte = current, isDigit(byte) { throw malformed }
        } else {
            try digits()
        }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(Fault) {
        guard let first = current, isDigit(first) else { throw malformed }
        while let byte = current, isDigit(byte) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private mutating func string() throws(Fault) -> String {
        position += 1
        let start = position
        var isASCII = true
        while let byte = current {
            if byte == UInt8(ascii: "\"") {
                let slice = bytes[start..<position]
                position += 1
                return try text(slice, isASCII: isASCII)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw malformed }
            if byte >= 0x80 { isASCII = false }
            position += 1
        }
        throw malformed
    }

    /// The slow path, taken at the first backslash.
    private mutating func escapedString(from start: Int) throws(Fault) -> String {
        var text = Array(bytes[start..<position])
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try self.text(text[...], isASCII: false)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0x00..<0x20: throw malformed
            default: text.append(byte)
            }
        }
        throw malformed
    }

    private mutating func escape(into text: inout [UInt8]) throws(Fault) {
        guard let byte = current else { throw malformed }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw malformed }
                let lower = try hexadecimal()
                guard (0xDC00..<0xE000).contains(lower) else { throw malformed }
                code = 0x10000 + (code - 0xD800) << 10 + (lower - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw malformed }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw malformed
        }
    }

    private mutating func hexadecimal() throws(Fault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw malformed }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private func text(_ slice: ArraySlice<UInt8>, isASCII: Bool) throws(Fault) -> String {
        if isASCII { return String(decoding: slice, as: UTF8.self) }
        guard let text = String(validating: slice, as: UTF8.self) else { throw malformed }
        return text
    }
}
