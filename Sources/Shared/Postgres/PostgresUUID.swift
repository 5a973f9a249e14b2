/// A UUID as PostgreSQL stores it: sixteen bytes, most significant first, held as two words.
///
/// Ordered as PostgreSQL orders `uuid`, so that locks taken in this order agree with `ORDER BY id`.
public struct PostgresUUID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public static func < (left: PostgresUUID, right: PostgresUUID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// In the usual form: `00112233-4455-6677-8899-aabbccddeeff`.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = nibble < 16 ? high : low
                text[position] = digits[Int(truncatingIfNeeded: word >> UInt64(60 - nibble % 16 * 4)) & 0xF]
                position += 1
            }
            return position
        }
    }
}
