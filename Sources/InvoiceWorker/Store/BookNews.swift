import Contracts

/// What a batch added to a tenant's books, as rows.
struct BookNews {
    struct Document {
        let invoice: Invoice
        let customerID: String
        /// On an invoice only.
        let paid: Money?
    }

    let tenant: String
    /// Series that went on, with their last number.
    let lastPlaces: [Series: Int64]
    private(set) var documents: [Document] = []
    /// Refunds that now wait for their invoice.
    private(set) var held: [(tenant: String, refund: CompletedRefund)] = []
    /// Refunds that have waited before and do no more.
    private(set) var settled: [Identifier] = []

    init(from before: InvoiceBook?, to after: InvoiceBook) {
        tenant = after.tenant
        lastPlaces = after.lastPlaces.filter { before?.lastPlaces[$0.key] != $0.value }
        for (order, account) in after.accounts {
            compare(before?.accounts[order] ?? OrderAccount(), account)
        }
    }

    private mutating func compare(_ before: OrderAccount, _ after: OrderAccount) {
        guard before != after else { return }
        if let invoiced = after.invoiced {
            if before.invoiced == nil {
                documents.append(
                    Document(invoice: invoiced.invoice, customerID: invoiced.customerID, paid: invoiced.paid))
            }
            documents += after.creditNotes[before.creditNotes.count...].map {
                Document(invoice: $0, customerID: invoiced.customerID, paid: nil)
            }
        }
        held += after.waiting.filter { !before.waiting.contains($0) }.map { (tenant, $0) }
        settled += before.waiting.filter { !after.waiting.contains($0) }.map(\.id)
    }
}
