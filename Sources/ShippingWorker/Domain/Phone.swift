/// Phone numbers as people write them.
enum Phone {
    /// The number in E.164. A national Ukrainian one is completed; another must carry its country's code.
    static func e164(_ text: String) -> String {
        let digits = String(text.filter { $0.isASCII && $0.isNumber })
        if text.hasPrefix("+") { return "+\(digits)" }
        switch digits.count {
        case 9: return "+380\(digits)"
        case 10 where digits.hasPrefix("0"): return "+38\(digits)"
        case 11 where digits.hasPrefix("80"): return "+3\(digits)"
        default: return "+\(digits)"
        }
    }

    static func allows(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "+", "-", "(", ")", " ": true
        default: false
        }
    }
}
