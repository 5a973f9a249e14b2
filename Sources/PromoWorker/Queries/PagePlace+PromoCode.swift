import Contracts
import Worker

/// Codes that were made at one time are listed by their text, which fits into a place: 32 characters of 6 bits.
extension PagePlace {
    private static let length = 32
    /// The character below all those of codes, which fills a shorter one up.
    private static let filler = UInt8(ascii: " ")

    init(_ code: PromoCode) {
        var words: [UInt64] = [0, 0, 0]
        let characters = Array(code.code.utf8) + Array(repeating: Self.filler, count: Self.length)
        for (index, character) in characters.prefix(Self.length).enumerated() {
            let bits = UInt64((character &- Self.filler) & 0x3F)
            for bit in 0..<6 where bits >> (5 - bit) & 1 == 1 {
                let position = index * 6 + bit
                words[position / 64] |= 1 << (63 - position % 64)
            }
        }
        self.init(
            time: code.createdAt, sequence: Int64(bitPattern: words[0]), id: Identifier(high: words[1], low: words[2]))
    }

    /// The code that the page begins after.
    var code: String {
        let words = [UInt64(bitPattern: sequence), id.high, id.low]
        let characters = (0..<Self.length).map { index in
            (0..<6).reduce(UInt8(0)) { character, bit in
                let position = index * 6 + bit
                return character << 1 | UInt8(words[position / 64] >> (63 - position % 64) & 1)
            } + Self.filler
        }
        let end = characters.lastIndex { $0 != Self.filler }.map { $0 + 1 } ?? 0
        return String(decoding: characters[..<end], as: UTF8.self)
    }
}
