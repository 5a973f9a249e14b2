/// The error correction of a QR code (ISO/IEC 18004, section 7.5): Reed-Solomon over GF(2⁸) with the polynomial
/// x⁸ + x⁴ + x³ + x² + 1.
enum ReedSolomon {
    /// - Returns: `count` error correction codewords for the data of one block.
    static func codewords(for data: some Sequence<UInt8>, count: Int) -> [UInt8] {
        let divisor = generator(degree: count)
        var remainder = [UInt8](repeating: 0, count: count)
        for byte in data {
            let factor = byte ^ remainder.removeFirst()
            remainder.append(0)
            for index in remainder.indices { remainder[index] ^= multiply(divisor[index], factor) }
        }
        return remainder
    }

    /// The product of (x − 2ⁱ) for i below the degree, highest power first, the leading 1 left out.
    private static func generator(degree: Int) -> [UInt8] {
        var coefficients = [UInt8](repeating: 0, count: degree)
        coefficients[degree - 1] = 1
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in coefficients.indices {
                coefficients[index] = multiply(coefficients[index], root)
                if index + 1 < degree { coefficients[index] ^= coefficients[index + 1] }
            }
            root = multiply(root, 2)
        }
        return coefficients
    }

    private static func multiply(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var product = 0
        for bit in stride(from: 7, through: 0, by: -1) {
            product = product << 1 ^ (product >> 7 * 0x11D)
            product ^= Int(right) >> bit & 1 * Int(left)
        }
        return UInt8(truncatingIfNeeded: product)
    }
}
