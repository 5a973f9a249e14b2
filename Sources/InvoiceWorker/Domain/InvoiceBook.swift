package import Contracts

/// The books of one tenant, as far as a batch needs them: the last number of each series, and what is known of the
/// orders it is about. One tenant's documents are issued one after the other, which is what keeps numbers without gaps.
package struct InvoiceBook: Equatable, Sendable {
    package let tenant: String
    /// Changes so far.
    package var version: Int64
    package var lastPlaces: [Series: Int64]
    package var accounts: [Identifier: OrderAccount]

    package init(
        tenant: String, version: Int64 = 0, lastPlaces: [Series: Int64] = [:],
        accounts: [Identifier: OrderAccount] = [:]
    ) {
        self.tenant = tenant
        self.version = version
        self.lastPlaces = lastPlaces
        self.accounts = accounts
    }
}

/// What the books hold of one order.
package struct OrderAccount: Equatable, Sendable {
    package var invoiced: InvoicedOrder?
    /// Oldest first.
    package var creditNotes: [Invoice]
    /// Refunds heard of before the order's confirmation was: their credit notes follow the invoice.
    package var waiting: [CompletedRefund]

    package init(invoiced: InvoicedOrder? = nil, creditNotes: [Invoice] = [], waiting: [CompletedRefund] = []) {
        self.invoiced = invoiced
        self.creditNotes = creditNotes
        self.waiting = waiting
    }

    func knows(refund id: Identifier) -> Bool {
        creditNotes.contains { $0.refundID == id } || waiting.contains { $0.id == id }
    }
}

/// An invoice and what of its order later documents need beside it.
package struct InvoicedOrder: Equatable, Sendable {
    package let invoice: Invoice
    package let customerID: String
    /// What was taken for the order when it was confirmed; the invoice's total when it was confirmed without a payment.
    package let paid: Money

    package init(invoice: Invoice, customerID: String, paid: Money) {
        self.invoice = invoice
        self.customerID = customerID
        self.paid = paid
    }
}
