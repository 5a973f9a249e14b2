/// International bank account numbers (ISO 13616).
enum IBAN {
    /// Whether form and check digits are right: with the first four characters at the end and letters as numbers from
    /// 10, the whole leaves 1 when divided by 97.
    static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard (15...34).contains(bytes.count), bytes[..<2].allSatisfy(letters.contains),
            bytes[2..<4].allSatisfy(digits.contains),
            bytes.allSatisfy({ letters.contains($0) || digits.contains($0) })
        else { return false }
        var remainder = 0
        for byte in bytes[4...] + bytes[..<4] {
            if digits.contains(byte) {
                remainder = (remainder * 10 + Int(byte - digits.lowerBound)) % 97
            } else {
                remainder = (remainder * 100 + Int(byte - letters.lowerBound) + 10) % 97
            }
        }
        return remainder == 1
    }
}
