import Contracts

extension Invoice {
    /// The credit note for one refund of an invoiced order.
    ///
    /// Its tax is the refund's share of the order's tax (rules.md section 9), whatever the money was given back for. Lines
    /// name the units that came back where those make up the sum and one rate applies to all of it; otherwise there is
    /// one line a rate with the bare sum. Lines, delivery, tax and total always add up.
    ///
    /// - Parameters:
    ///   - refund: The money that went back.
    ///   - invoice: What is corrected.
    ///   - earlier: The credit notes that the invoice has already.
    ///   - paid: What was taken for the order.
    ///   - stamp: Id, number and issue instant of the note.
    public init(
        for refund: CompletedRefund, of invoice: Invoice, after earlier: [Invoice], paid: Money, _ stamp: IssueStamp
    ) {
        let currency = invoice.currency
        let tax = CreditTax.part(
            of: refund.amount.minor, after: earlier.reduce(0) { $0 + $1.total.minor }, tax: invoice.tax.minor,
            paid: paid.minor)
        let returned = ReturnedMoney(refund, of: invoice, after: earlier, tax: Money(minor: tax, currency))
        self.init(
            id: stamp.id, number: stamp.number, tenant: invoice.tenant, orderID: invoice.orderID,
            invoiceNumber: invoice.number, refundID: refund.id, issuedAt: stamp.at, seller: invoice.seller,
            buyer: invoice.buyer, lines: returned.lines,
            subtotal: returned.lines.reduce(.zero(currency)) { $0 + $1.price * $1.quantity },
            discount: returned.lines.reduce(.zero(currency)) { $0 + $1.discount },
            shippingCost: returned.shippingCost, tax: Money(minor: tax, currency), taxMode: invoice.taxMode,
            taxLines: returned.taxLines, total: refund.amount)
    }
}
