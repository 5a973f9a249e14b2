package import Contracts

/// What can happen to a tenant's books.
package enum InvoiceCommand: Equatable, Sendable {
    /// `order.confirmed`; the order as the event carries it.
    case invoiceOrder(JSON)
    /// `payment.refunded`.
    case creditRefund(CompletedRefund)
}

/// What then became true.
package enum InvoiceChange: Equatable, Sendable {
    case invoiced(InvoicedOrder)
    case credited(Invoice, customerID: String)
    /// A refund that waits for its order's invoice.
    case refundHeld(CompletedRefund)
}

/// When documents are issued and under which number (rules.md section 9). Pure.
package struct InvoiceRules: Sendable {
    package let settings: InvoiceSettings

    package init(settings: InvoiceSettings) { self.settings = settings }

    /// What follows from a command. A repeated command changes nothing, and the order in which the confirmation and
    /// the refunds of an order arrive does not matter.
    ///
    /// - Parameters:
    ///   - now: The issue instant of what is issued.
    ///   - newID: Gives the ids of new documents.
    /// - Throws: When the order is not what its owner promises: the message is parked.
    package func decide(
        _ command: InvoiceCommand, _ book: InvoiceBook, at now: Timestamp, newID: () -> Identifier
    ) throws -> [InvoiceChange] {
        switch command {
        case .invoiceOrder(let order): try invoice(order, book, at: now, newID)
        case .creditRefund(let refund): credit(refund, book, at: now, newID)
        }
    }

    private func invoice(
        _ order: JSON, _ book: InvoiceBook, at now: Timestamp, _ newID: () -> Identifier
    ) throws -> [InvoiceChange] {
        let account = book.accounts[try order.id("id")] ?? OrderAccount()
        guard account.invoiced == nil else { return [] }
        let invoice = try Invoice(of: order, next(.invoice, book, at: now, newID), settings)
        let taken = try order.money("amount_paid", invoice.currency)
        let invoiced = InvoicedOrder(
            invoice: invoice, customerID: try order.text("customer_id"), paid: taken.isZero ? invoice.total : taken)
        var changes: [InvoiceChange] = [.invoiced(invoiced)]
        var ahead = book
        Self.evolve(&ahead, .invoiced(invoiced))
        for refund in account.waiting {
            for change in credit(refund, ahead, at: now, newID, heldBefore: true) {
                changes.append(change)
                Self.evolve(&ahead, change)
            }
        }
        return changes
    }

    private func credit(
        _ refund: CompletedRefund, _ book: InvoiceBook, at now: Timestamp, _ newID: () -> Identifier,
        heldBefore: Bool = false
    ) -> [InvoiceChange] {
        let account = book.accounts[refund.orderID] ?? OrderAccount()
        guard !refund.isSurplus, heldBefore || !account.knows(refund: refund.id) else { return [] }
        guard let invoiced = account.invoiced else { return [.refundHeld(refund)] }
        let note = Invoice(
            for: refund, of: invoiced.invoice, after: account.creditNotes, paid: invoiced.paid,
            next(.creditNote, book, at: now, newID))
        return [.credited(note, customerID: invoiced.customerID)]
    }

    private func next(_ kind: DocumentKind, _ book: InvoiceBook, at now: Timestamp, _ newID: () -> Identifier)
        -> IssueStamp
    {
        let series = Series(kind, year: settings.time.date(of: now).year)
        return IssueStamp(
            id: newID(), number: DocumentNumber(series, place: (book.lastPlaces[series] ?? 0) + 1), at: now)
    }

    /// Applies one change.
    package static func evolve(_ book: inout InvoiceBook, _ change: InvoiceChange) {
        book.version += 1
        switch change {
        case .invoiced(let invoiced):
            book.lastPlaces[invoiced.invoice.number.series] = invoiced.invoice.number.place
            book.accounts[invoiced.invoice.orderID, default: OrderAccount()].invoiced = invoiced
        case .credited(let note, _):
            book.lastPlaces[note.number.series] = note.number.place
            book.accounts[note.orderID, default: OrderAccount()].creditNotes.append(note)
            book.accounts[note.orderID]?.waiting.removeAll { $0.id == note.refundID }
        case .refundHeld(let refund):
            book.accounts[refund.orderID, default: OrderAccount()].waiting.append(refund)
        }
    }
}
