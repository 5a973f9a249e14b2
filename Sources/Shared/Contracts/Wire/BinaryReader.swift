/// A bundle that ends early or holds what no bundle holds. The message that carried it is parked.
public struct BundleFormatError: Error, Sendable {}

/// Reads what ``BinaryWriter`` wrote; never past the end.
struct BinaryReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func byte() throws -> UInt8 {
        guard position < bytes.endIndex else { throw BundleFormatError() }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func variable() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 63, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7F) << UInt64(shift)
            if next < 0x80 { return value }
        }
        throw BundleFormatError()
    }

    mutating func word() throws -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<8 { value = value << 8 | UInt64(try byte()) }
        return value
    }

    mutating func id() throws -> Identifier { Identifier(high: try word(), low: try word()) }

    mutating func slice() throws -> ArraySlice<UInt8> {
        let count = try variable()
        guard count <= UInt64(bytes.endIndex - position) else { throw BundleFormatError() }
        defer { position += Int(count) }
        return bytes[position..<position + Int(count)]
    }

    mutating func data() throws -> [UInt8] { Array(try slice()) }

    mutating func text() throws -> String { String(decoding: try slice(), as: UTF8.self) }
}
