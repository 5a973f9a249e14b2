import Contracts

/// The books of one tenant, as far as a batch needs them: the last number of each series, and what is known of the
/// orders it is about. One tenant's documents are issued one after the other, which is what keeps numbers without gaps.
public struct InvoiceBook: Equatable, Sendable {
    public let tenant: String
    /// Changes so far.
    public var version: Int64
    public var lastPlaces: [Series: Int64]
    public var accounts: [Identifier: OrderAccount]

    public init(
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
public struct OrderAccount: Equatable, Sendable {
    public var invoiced: InvoicedOrder?
    /// Oldest first.
    public var creditNotes: [Invoice]
    /// Refunds heard of before the order's confirmation was: their credit notes follow the invoice.
    public var waiting: [CompletedRefund]

    public init(invoiced: InvoicedOrder? = nil, creditNotes: [Invoice] = [], waiting: [CompletedRefund] = []) {
        self.invoiced = invoiced
        self.creditNotes = creditNotes
        self.waiting = waiting
    }

    func knows(refund id: Identifier) -> Bool {
        creditNotes.contains { $0.refundID == id } || waiting.contains { $0.id == id }
    }
}

/// An invoice and what of its order later documents need beside it.
public struct InvoicedOrder: Equatable, Sendable {
    public let invoice: Invoice
    public let customerID: String
    /// What was taken for the order when it was confirmed; the invoice's total when it was confirmed without a payment.
    public let paid: Money

    public init(invoice: Invoice, customerID: String, paid: Money) {
        self.invoice = invoice
        self.customerID = customerID
        self.paid = paid
    }
}
