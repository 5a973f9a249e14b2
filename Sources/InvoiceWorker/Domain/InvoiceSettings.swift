import Contracts

/// What the worker puts on documents of its own.
public struct InvoiceSettings: Sendable {
    public let seller: Party
    /// Rate of the tax on delivery (rules.md, *tax mode, tax rate*).
    public let deliveryTaxRate: Percent
    public let time: BusinessTime

    public init(seller: Party, deliveryTaxRate: Percent, time: BusinessTime) {
        self.seller = seller
        self.deliveryTaxRate = deliveryTaxRate
        self.time = time
    }
}
