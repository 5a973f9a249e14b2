import Contracts

/// What only the issuer knows of a new document.
public struct IssueStamp: Sendable {
    public let id: Identifier
    public let number: DocumentNumber
    public let at: Timestamp

    public init(id: Identifier, number: DocumentNumber, at: Timestamp) {
        self.id = id
        self.number = number
        self.at = at
    }
}

extension Invoice {
    /// The invoice of a confirmed order, with the data of this moment.
    public init(of order: ConfirmedOrder, _ stamp: IssueStamp, _ settings: InvoiceSettings) {
        let delivery = TaxLine(
            rate: settings.deliveryTaxRate,
            base: order.taxMode == .inclusive ? order.shippingCost - order.shippingTax : order.shippingCost,
            tax: order.shippingTax)
        self.init(
            id: stamp.id, number: stamp.number, tenant: order.tenant, orderID: order.id, issuedAt: stamp.at,
            seller: settings.seller, buyer: order.buyer, lines: order.lines, subtotal: order.subtotal,
            discount: order.discount, shippingCost: order.shippingCost, tax: order.tax, taxMode: order.taxMode,
            taxLines: TaxLine.byRate(
                order.lines, delivery: order.shippingCost.isZero ? nil : delivery, order.taxMode),
            total: order.total)
    }
}
