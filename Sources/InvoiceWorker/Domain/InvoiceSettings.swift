package import Contracts

/// What the worker puts on documents of its own.
package struct InvoiceSettings: Sendable {
    package let seller: Party
    /// Rate of the tax on delivery (rules.md, *tax mode, tax rate*).
    package let deliveryTaxRate: Percent
    package let time: BusinessTime

    package init(seller: Party, deliveryTaxRate: Percent, time: BusinessTime) {
        self.seller = seller
        self.deliveryTaxRate = deliveryTaxRate
        self.time = time
    }
}
