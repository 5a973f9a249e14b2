import Contracts

/// What the shop has set (rules.md, table of settings).
struct OrderTerms: Sendable, Equatable {
    var currency = Currency.uah
    var taxMode = TaxMode.inclusive
    var taxRate = Percent(hundredths: 2000)
    /// How long an unpaid order lives.
    var lifetime: Duration = .seconds(24 * 3600)
    /// How long after its delivery a customer may send something back.
    var returnWindow: Duration = .seconds(14 * 24 * 3600)
}
