/// Appends fixed and length-prefixed values; what ``BinaryReader`` reads.
struct BinaryWriter {
    var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// Little-endian base 128.
    mutating func variable(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func word(_ value: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    mutating func id(_ id: Identifier) {
        word(id.high)
        word(id.low)
    }

    mutating func data(_ data: some Collection<UInt8>) {
        variable(UInt64(data.count))
        bytes.append(contentsOf: data)
    }

    mutating func text(_ text: String) {
        variable(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}
