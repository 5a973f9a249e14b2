import Contracts

/// The tax in money that went back (rules.md section 9): in proportion to what was paid, and so that the parts of all
/// refunds add up to the order's tax whatever their sizes.
public enum CreditTax {
    /// - Parameters:
    ///   - amount: Minor units that went back now.
    ///   - before: Minor units that went back before.
    ///   - tax: The order's tax.
    ///   - paid: What was taken for the order. What went back beyond it carries no tax.
    /// - Returns: Minor units of tax in `amount`.
    public static func part(of amount: Int64, after before: Int64, tax: Int64, paid: Int64) -> Int64 {
        guard paid > 0 else { return 0 }
        func share(_ returned: Int64) -> Int64 { Rounding.half(tax, times: min(returned, paid), over: paid) }
        return share(before + amount) - share(before)
    }
}
