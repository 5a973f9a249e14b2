/// The two ways amounts are rounded (rules.md). Products need 128 bits and get them.
public enum Rounding {
    /// `value × factor ÷ divisor`, half away from zero. All arguments at least 0, the divisor above 0.
    public static func half(_ value: Int64, times factor: Int64, over divisor: Int64) -> Int64 {
        let product = Int128(value) * Int128(factor)
        return Int64((product * 2 + Int128(divisor)) / (Int128(divisor) * 2))
    }

    /// `value × factor ÷ divisor`, towards zero.
    public static func floor(_ value: Int64, times factor: Int64, over divisor: Int64) -> Int64 {
        Int64(Int128(value) * Int128(factor) / Int128(divisor))
    }

    /// Shares `amount` over lines in the proportion of their subtotals (rules.md section 2, *Spreading*).
    ///
    /// Every line gets the floor of its share; the minor units that are missing go one each to the lines with the
    /// largest subtotal, ties to the earlier line. A line of 0 gets nothing, no line gets more than its subtotal.
    ///
    /// - Parameters:
    ///   - amount: Minor units to share, at most the sum of `subtotals`.
    ///   - subtotals: Minor units of each line, none negative.
    /// - Returns: One share a line; they add up to `amount`.
    public static func spread(_ amount: Int64, over subtotals: [Int64]) -> [Int64] {
        let sum = subtotals.reduce(0, +)
        guard sum > 0 else { return subtotals.map { _ in 0 } }
        var shares = subtotals.map { floor(amount, times: $0, over: sum) }
        var missing = amount - shares.reduce(0, +)
        let largestFirst = subtotals.indices.sorted { (subtotals[$0], $1) > (subtotals[$1], $0) }
        for index in largestFirst where missing > 0 && shares[index] < subtotals[index] {
            shares[index] += 1
            missing -= 1
        }
        return shares
    }
}
