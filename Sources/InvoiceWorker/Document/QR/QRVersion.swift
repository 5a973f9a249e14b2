/// The sizes of a QR code and what they hold at error correction level M (ISO/IEC 18004, tables 1, 9 and E.1).
struct QRVersion {
    static let range = 1...20

    let number: Int

    /// Error correction codewords of each block, from version 1.
    private static let correction = [
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
    ]
    private static let blocks = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16]

    /// Modules along one side.
    var size: Int { number * 4 + 17 }
    var blockCount: Int { Self.blocks[number - 1] }
    var correctionCount: Int { Self.correction[number - 1] }

    /// Codewords for data and error correction together.
    var codewordCount: Int {
        var modules = (16 * number + 128) * number + 64
        if number >= 2 {
            let centers = number / 7 + 2
            modules -= (25 * centers - 10) * centers - 55
            if number >= 7 { modules -= 36 }
        }
        return modules / 8
    }

    var dataCount: Int { codewordCount - blockCount * correctionCount }

    /// Bits of the character count in byte mode.
    var countBits: Int { number < 10 ? 8 : 16 }

    /// Rows, and columns, of the centres of alignment patterns.
    var alignment: [Int] {
        guard number >= 2 else { return [] }
        let centers = number / 7 + 2
        let step = (number * 8 + centers * 3 + 5) / (centers * 4 - 4) * 2
        return [6] + (0..<centers - 1).reversed().map { size - 7 - $0 * step }
    }

    /// The smallest version that holds so many bytes, nil when none does.
    static func holding(bytes: Int) -> QRVersion? {
        range.lazy.map { QRVersion(number: $0) }
            .first { 4 + $0.countBits + bytes * 8 <= $0.dataCount * 8 }
    }
}
