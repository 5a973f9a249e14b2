import Contracts
import Worker

/// What can happen to a tenant's books.
public enum InvoiceCommand: Equatable, Sendable {
    /// `order.confirmed`.
    case invoiceOrder(ConfirmedOrder)
    /// `payment.refunded`.
    case creditRefund(CompletedRefund)

    var orderID: Identifier {
        switch self {
        case .invoiceOrder(let order): order.id
        case .creditRefund(let refund): refund.orderID
        }
    }
}

/// What then became true.
public enum InvoiceChange: Equatable, Sendable {
    case invoiced(InvoicedOrder)
    case credited(Invoice, customerID: String)
    /// A refund that waits for its order's invoice.
    case refundHeld(CompletedRefund)
}

/// When documents are issued and under which number (rules.md section 9).
///
/// A repeated command changes nothing, and the order in which the confirmation and the refunds of an order arrive does
/// not matter.
public struct InvoiceRules: Decider {
    public let settings: InvoiceSettings

    public init(settings: InvoiceSettings) { self.settings = settings }

    public func decide(
        _ command: InvoiceCommand, _ state: InvoiceBook?, _ context: DecisionContext
    ) -> Decision<InvoiceChange> {
        let book = state ?? InvoiceBook(tenant: context.tenant)
        return switch command {
        case .invoiceOrder(let order): .accept(invoice(order, book, context))
        case .creditRefund(let refund): .accept(credit(refund, book, context))
        }
    }

    private func invoice(
        _ order: ConfirmedOrder, _ book: InvoiceBook, _ context: DecisionContext
    ) -> [InvoiceChange] {
        let account = book.accounts[order.id] ?? OrderAccount()
        guard account.invoiced == nil else { return [] }
        let invoiced = InvoicedOrder(
            invoice: Invoice(of: order, next(.invoice, book, context), settings), customerID: order.customerID,
            paid: order.amountPaid.isZero ? order.total : order.amountPaid)
        var changes: [InvoiceChange] = [.invoiced(invoiced)]
        var ahead = evolve(book, .invoiced(invoiced), context)
        for refund in account.waiting {
            let note = creditNote(refund, invoiced, ahead, context)
            changes.append(note)
            ahead = evolve(ahead, note, context)
        }
        return changes
    }

    private func credit(
        _ refund: CompletedRefund, _ book: InvoiceBook, _ context: DecisionContext
    ) -> [InvoiceChange] {
        let account = book.accounts[refund.orderID] ?? OrderAccount()
        guard !refund.isSurplus, !account.knows(refund: refund.id) else { return [] }
        guard let invoiced = account.invoiced else { return [.refundHeld(refund)] }
        return [creditNote(refund, invoiced, book, context)]
    }

    private func creditNote(
        _ refund: CompletedRefund, _ invoiced: InvoicedOrder, _ book: InvoiceBook, _ context: DecisionContext
    ) -> InvoiceChange {
        let note = Invoice(
            for: refund, of: invoiced.invoice, after: book.accounts[refund.orderID]?.creditNotes ?? [],
            paid: invoiced.paid, next(.creditNote, book, context))
        return .credited(note, customerID: invoiced.customerID)
    }

    private func next(_ kind: DocumentKind, _ book: InvoiceBook, _ context: DecisionContext) -> IssueStamp {
        let series = Series(kind, year: settings.time.date(of: context.now).year)
        return IssueStamp(
            id: context.newID(), number: DocumentNumber(series, place: (book.lastPlaces[series] ?? 0) + 1),
            at: context.now)
    }

    public func evolve(_ state: InvoiceBook?, _ change: InvoiceChange, _ context: DecisionContext) -> InvoiceBook {
        var book = state ?? InvoiceBook(tenant: context.tenant)
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
        return book
    }
}
