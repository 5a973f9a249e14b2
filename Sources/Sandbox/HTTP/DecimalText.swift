/// Exact reading of decimal text that is no amount of money: kilograms, seconds.
enum DecimalText {
    /// - Returns: Thousandths of the number (`1.5` is 1500); nil for a sign, an exponent, more than three decimals or
    ///   twelve digits before the point. A comma counts as the point.
    static func thousandths(_ text: some StringProtocol) -> Int64? {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "," }
        guard parts.count <= 2, let whole = digits(parts[0], limit: 12) else { return nil }
        guard parts.count == 2 else { return whole * 1000 }
        guard var fraction = digits(parts[1], limit: 3) else { return nil }
        for _ in parts[1].count..<3 { fraction *= 10 }
        return whole * 1000 + fraction
    }

    private static func digits(_ text: some StringProtocol, limit: Int) -> Int64? {
        guard !text.isEmpty, text.utf8.count <= limit, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    /// A number of thousandths without needless zeros: `1500` is `1.5`.
    static func describe(thousandths: Int64) -> String {
        var text = "\(thousandths / 1000)"
        var rest = thousandths % 1000
        guard rest > 0 else { return text }
        text += "."
        var unit: Int64 = 100
        while rest > 0 {
            text += "\(rest / unit)"
            rest %= unit
            unit /= 10
        }
        return text
    }
}
