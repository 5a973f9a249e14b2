package import Contracts

/// What only the issuer knows of a new document.
package struct IssueStamp: Sendable {
    package let id: Identifier
    package let number: DocumentNumber
    package let at: Timestamp

    package init(id: Identifier, number: DocumentNumber, at: Timestamp) {
        self.id = id
        self.number = number
        self.at = at
    }
}

extension Invoice {
    /// The invoice of a confirmed order, with the data of this moment.
    ///
    /// - Parameter order: Member `order` of `order.confirmed` (events.md 3.1).
    /// - Throws: ``StoredFormatError`` or a fault of an amount when the order is not what its owner promises.
    package init(of order: JSON, _ issue: IssueStamp, _ settings: InvoiceSettings) throws {
        let currency = try order.currency()
        let mode: TaxMode = try order.word("tax_mode")
        let lines = try order.list("items").map { try InvoiceLine(orderItem: $0, currency) }
        let shippingCost = try order.money("shipping_cost", currency)
        let shippingTax = try order.money("shipping_tax", currency)
        let delivery = TaxLine(
            rate: settings.deliveryTaxRate, base: mode == .inclusive ? shippingCost - shippingTax : shippingCost,
            tax: shippingTax)
        self.init(
            id: issue.id, number: issue.number, tenant: try order.text("tenant_id"), orderID: try order.id("id"),
            issuedAt: issue.at, seller: settings.seller, buyer: try Party(buyerOf: order), lines: lines,
            subtotal: try order.money("subtotal", currency), discount: try order.money("discount", currency),
            shippingCost: shippingCost, tax: try order.money("tax", currency), taxMode: mode,
            taxLines: TaxLine.byRate(lines, delivery: shippingCost.isZero ? nil : delivery, mode),
            total: try order.money("total", currency))
    }
}
