import Contracts
import Postgres
import Worker

/// Joins the rules of invoices with messages and tables. What is locked is the books of a tenant.
struct InvoiceHandler: Handler {
    let rules: InvoiceRules

    // MARK: Messages

    func intake(_ message: Message) throws -> Intake<String, InvoiceCommand> {
        switch message.type {
        case "order.confirmed":
            let order = try ConfirmedOrder(json: JSONParser.parse(message.body).child("order"))
            guard order.tenant == message.tenant else { throw StoredFormatError("tenant_id") }
            return .command(message.tenant, .invoiceOrder(order))
        case "payment.refunded":
            return .command(message.tenant, .creditRefund(try CompletedRefund(json: JSONParser.parse(message.body))))
        default: return .ignored
        }
    }

    // MARK: Tables

    func load(_ batch: [Work<String, InvoiceCommand>]) -> [Statement] {
        guard !batch.isEmpty else { return [] }
        return InvoiceStore.load(tenants: Set(batch.map(\.key)), orders: Set(batch.map(\.command.orderID)))
    }

    func states(_ rows: [Rows], _ batch: [Work<String, InvoiceCommand>]) throws -> [String: InvoiceBook] {
        try InvoiceStore.books(rows)
    }

    func save(_ changed: [Changed<String, InvoiceBook>]) -> [Saving] { InvoiceStore.save(changed) }

    // MARK: Showing

    func events(for change: InvoiceChange, _ state: InvoiceBook, _ context: DecisionContext) -> [Event] {
        switch change {
        case .invoiced(let invoiced): [issued(invoiced.invoice, invoiced.customerID, context)]
        case .credited(let note, let customerID): [issued(note, customerID, context)]
        case .refundHeld: []
        }
    }

    /// `invoice.issued` (events.md section 3.5). A document has one event in its life.
    private func issued(_ invoice: Invoice, _ customerID: String, _ context: DecisionContext) -> Event {
        let body = JSONWriter.object {
            $0.member("tenant_id", invoice.tenant)
            $0.member("invoice_id", invoice.id)
            $0.member("number", invoice.number)
            $0.member("kind", invoice.kind)
            $0.member("order_id", invoice.orderID)
            $0.member("customer_id", customerID)
            $0.member("total", invoice.total)
            $0.member("tax", invoice.tax)
            $0.member("currency", invoice.currency)
            $0.member("issued_at", invoice.issuedAt)
            $0.member("invoice_number", invoice.invoiceNumber)
            $0.member("refund_id", invoice.refundID)
        }
        return Event(
            id: context.newID(), type: "invoice.issued", tenant: invoice.tenant, subject: invoice.id.description,
            sequence: 1, time: context.now, actor: .system, body: body, requestID: context.message.requestID,
            causationID: context.message.id, traceparent: context.message.traceparent)
    }

    /// Nobody asks this worker for a change.
    func reply(status: Int, _ state: InvoiceBook, to message: Message) -> Reply { Reply(status: status, body: []) }
}
