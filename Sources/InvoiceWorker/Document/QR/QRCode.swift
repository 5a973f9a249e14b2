/// A QR code in byte mode with error correction level M (ISO/IEC 18004).
struct QRCode: Equatable {
    /// Modules along one side, without the quiet zone of four that has to surround them.
    private(set) var size: Int
    private var dark: [Bool]
    /// Modules that are no data: finders, timing, alignment, format and version.
    private var reserved: [Bool]

    /// nil when the text is too long for version 20 (666 bytes). Without one of the eight masks that is taken which makes
    /// the code easiest to read.
    init?(_ text: String, mask: Int? = nil) {
        let bytes = Array(text.utf8)
        guard let version = QRVersion.holding(bytes: bytes.count) else { return nil }
        size = version.size
        dark = [Bool](repeating: false, count: size * size)
        reserved = dark
        drawPatterns(version)
        place(Self.interleaved(Self.dataCodewords(bytes, version), version))
        self = (mask.map { $0...$0 } ?? 0...7).map(masked).min { $0.penalty < $1.penalty } ?? self
    }

    /// Whether the module is dark.
    subscript(row: Int, column: Int) -> Bool { dark[row * size + column] }

    // MARK: Codewords

    private static func dataCodewords(_ bytes: [UInt8], _ version: QRVersion) -> [UInt8] {
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) {
            for bit in (0..<count).reversed() { bits.append(value >> bit & 1 == 1) }
        }
        append(0b0100, 4)
        append(bytes.count, version.countBits)
        for byte in bytes { append(Int(byte), 8) }
        append(0, min(4, version.dataCount * 8 - bits.count))
        append(0, (8 - bits.count % 8) % 8)
        var codewords = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        var padding: UInt8 = 0xEC
        while codewords.count < version.dataCount {
            codewords.append(padding)
            padding ^= 0xEC ^ 0x11
        }
        return codewords
    }

    /// The blocks' codewords in turn, data first; the blocks at the end hold one byte of data more where it does not
    /// come out even.
    private static func interleaved(_ data: [UInt8], _ version: QRVersion) -> [UInt8] {
        let short = data.count / version.blockCount
        let shortBlocks = version.blockCount - data.count % version.blockCount
        var blocks: [ArraySlice<UInt8>] = []
        var start = 0
        for index in 0..<version.blockCount {
            let length = index < shortBlocks ? short : short + 1
            blocks.append(data[start..<start + length])
            start += length
        }
        var result: [UInt8] = []
        for offset in 0...short {
            for block in blocks where offset < block.count { result.append(block[block.startIndex + offset]) }
        }
        let corrections = blocks.map { ReedSolomon.codewords(for: $0, count: version.correctionCount) }
        for offset in 0..<version.correctionCount {
            for correction in corrections { result.append(correction[offset]) }
        }
        return result
    }

    // MARK: Patterns

    private mutating func set(_ row: Int, _ column: Int, _ isDark: Bool) {
        dark[row * size + column] = isDark
        reserved[row * size + column] = true
    }

    private mutating func drawPatterns(_ version: QRVersion) {
        for index in 0..<size {
            set(6, index, index % 2 == 0)
            set(index, 6, index % 2 == 0)
        }
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] { drawFinder(row, column) }
        let centers = version.alignment
        for row in centers {
            for column in centers where !isFinder(row, column) { drawAlignment(row, column) }
        }
        drawFormat(mask: 0)
        if version.number >= 7 { drawVersion(version.number) }
    }

    private func isFinder(_ row: Int, _ column: Int) -> Bool {
        (row == 6 && column == 6) || (row == 6 && column == size - 7) || (row == size - 7 && column == 6)
    }

    /// A finder with its separator, cut at the edge.
    private mutating func drawFinder(_ row: Int, _ column: Int) {
        for down in -4...4 {
            for right in -4...4 {
                let distance = max(abs(down), abs(right))
                guard (0..<size).contains(row + down), (0..<size).contains(column + right) else { continue }
                set(row + down, column + right, distance != 2 && distance != 4)
            }
        }
    }

    private mutating func drawAlignment(_ row: Int, _ column: Int) {
        for down in -2...2 {
            for right in -2...2 { set(row + down, column + right, max(abs(down), abs(right)) != 1) }
        }
    }

    /// Level M (00) and the mask, with BCH (15, 5) and the fixed mask of the format, twice.
    private mutating func drawFormat(mask: Int) {
        let bits = (mask << 10 | Self.remainder(of: mask << 10, by: 0x537)) ^ 0x5412
        func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0..<6 { set(index, 8, bit(index)) }
        set(7, 8, bit(6))
        set(8, 8, bit(7))
        set(8, 7, bit(8))
        for index in 9..<15 { set(8, 14 - index, bit(index)) }
        for index in 0..<8 { set(8, size - 1 - index, bit(index)) }
        for index in 8..<15 { set(size - 15 + index, 8, bit(index)) }
        set(size - 8, 8, true)
    }

    /// The version with BCH (18, 6), twice.
    private mutating func drawVersion(_ number: Int) {
        let bits = number << 12 | Self.remainder(of: number << 12, by: 0x1F25)
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            set(size - 11 + index % 3, index / 3, isDark)
            set(index / 3, size - 11 + index % 3, isDark)
        }
    }

    private static func remainder(of value: Int, by divisor: Int) -> Int {
        let degree = Int.bitWidth - 1 - divisor.leadingZeroBitCount
        var rest = value
        while rest >> degree != 0 {
            rest ^= divisor << (Int.bitWidth - 1 - rest.leadingZeroBitCount - degree)
        }
        return rest
    }

    // MARK: Data and mask

    /// Two columns at a time from the right, up and down in turn, around what is reserved.
    private mutating func place(_ codewords: [UInt8]) {
        var position = 0
        var right = size - 1
        var upwards = true
        while right > 0 {
            if right == 6 { right = 5 }
            for step in 0..<size {
                let row = upwards ? size - 1 - step : step
                for column in [right, right - 1] where !reserved[row * size + column] {
                    guard position < codewords.count * 8 else { continue }
                    dark[row * size + column] = codewords[position / 8] >> UInt8(7 - position % 8) & 1 == 1
                    position += 1
                }
            }
            right -= 2
            upwards.toggle()
        }
    }

    private func masked(_ mask: Int) -> QRCode {
        var code = self
        code.apply(mask)
        code.drawFormat(mask: mask)
        return code
    }

    private mutating func apply(_ mask: Int) {
        for row in 0..<size {
            for column in 0..<size where !reserved[row * size + column] {
                let inverts =
                    switch mask {
                    case 0: (row + column) % 2 == 0
                    case 1: row % 2 == 0
                    case 2: column % 3 == 0
                    case 3: (row + column) % 3 == 0
                    case 4: (row / 2 + column / 3) % 2 == 0
                    case 5: row * column % 2 + row * column % 3 == 0
                    case 6: (row * column % 2 + row * column % 3) % 2 == 0
                    default: ((row + column) % 2 + row * column % 3) % 2 == 0
                    }
                if inverts { dark[row * size + column].toggle() }
            }
        }
    }

    /// How hard the code is to read (ISO/IEC 18004, section 7.8.3): runs, blocks, patterns like a finder, imbalance.
    private var penalty: Int {
        var penalty = 0
        for line in 0..<size {
            penalty += Self.penalty(ofLine: (0..<size).map { self[line, $0] })
            penalty += Self.penalty(ofLine: (0..<size).map { self[$0, line] })
        }
        for row in 0..<size - 1 {
            for column in 0..<size - 1 {
                let corner = self[row, column]
                if corner == self[row, column + 1], corner == self[row + 1, column], corner == self[row + 1, column + 1]
                {
                    penalty += 3
                }
            }
        }
        let total = dark.count
        let imbalance = abs(dark.count(where: { $0 }) * 20 - total * 10)
        return penalty + imbalance / total * 10
    }

    private static let finderLike: [[Bool]] = [
        [true, false, true, true, true, false, true, false, false, false, false],
        [false, false, false, false, true, false, true, true, true, false, true],
    ]

    private static func penalty(ofLine line: [Bool]) -> Int {
        var penalty = 0
        var run = 0
        for index in line.indices {
            run = index > 0 && line[index] == line[index - 1] ? run + 1 : 1
            if run == 5 { penalty += 3 } else if run > 5 { penalty += 1 }
        }
        for start in 0...line.count - 11 {
            let part = line[start..<start + 11]
            for pattern in finderLike where part.elementsEqual(pattern) { penalty += 40 }
        }
        return penalty
    }
}
