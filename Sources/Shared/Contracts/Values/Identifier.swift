/// A UUID as two words. Ids made here are version 7, so they sort by time of creation and keep indexes compact.
public struct Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new UUIDv7 of this instant: 48 bits of milliseconds, 74 random bits.
    public static func new(at time: Timestamp = .now) -> Identifier {
        var random = RandomWords()
        return Identifier(
            high: UInt64(bitPattern: time.milliseconds) << 16 | 0x7000 | UInt64.random(in: 0...0xFFF, using: &random),
            low: 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3FFF_FFFF_FFFF_FFFF, using: &random))
    }

    /// An id that follows from its parts, so that the same cause always names the same thing.
    ///
    /// The first 48 bits, which hold the time in other ids, are taken from the hash too, with the top bit set: such
    /// an id lies in a far future and can be told from one that was made at an instant (``isDerived``).
    public static func derived(from parts: String...) -> Identifier {
        var hash = FNV128()
        for part in parts {
            hash.add(part.utf8)
            hash.add(CollectionOfOne(0))
        }
        return Identifier(
            high: hash.high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000_0000_0000_7000,
            low: hash.low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// Whether the id was derived instead of made at an instant.
    public var isDerived: Bool { high >> 63 == 1 }

    /// The version nibble.
    public var version: Int { Int(high >> 12 & 0xF) }

    /// When a version 7 id was made.
    public var timestamp: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }

    /// Reads the canonical form with dashes in either case. Anything else is nil.
    public init?(_ text: some StringProtocol) {
        var words: (UInt64, UInt64) = (0, 0)
        var digits = 0
        var position = 0
        for byte in text.utf8 {
            defer { position += 1 }
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let nibble: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): nibble = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            guard digits < 32 else { return nil }
            if digits < 16 { words.0 = words.0 << 4 | UInt64(nibble) } else { words.1 = words.1 << 4 | UInt64(nibble) }
            digits += 1
        }
        guard position == 36, digits == 32 else { return nil }
        self.init(high: words.0, low: words.1)
    }

    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        appendText(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the canonical lower-case form, 36 ASCII bytes.
    public func appendText(to bytes: inout [UInt8]) {
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { bytes.append(UInt8(ascii: "-")) }
            let word = index < 16 ? high : low
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64((15 - index % 16) * 4)) & 0xF
            bytes.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
    }

    public static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// FNV-1a with 128 bits: a fixed, well-spread hash. Not a defence against someone who looks for collisions.
public struct FNV128: Sendable {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    public init() {}

    public mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            state ^= UInt128(byte)
            state &*= 0x0000_0000_0100_0000_0000_0000_0000_013b
        }
    }

    public var high: UInt64 { UInt64(truncatingIfNeeded: state >> 64) }
    public var low: UInt64 { UInt64(truncatingIfNeeded: state) }
}
