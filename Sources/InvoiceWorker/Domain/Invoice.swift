package import Contracts

/// An invoice, or a credit note for money that went back (schema `Invoice` of the contract). Frozen when it is issued;
/// only ``creditNotes`` is filled in when it is read.
package struct Invoice: Equatable, Sendable {
    package var id: Identifier
    package var number: DocumentNumber
    package var tenant: String
    package var orderID: Identifier
    /// On a credit note, the invoice it belongs to.
    package var invoiceNumber: DocumentNumber?
    /// On a credit note, the refund it belongs to.
    package var refundID: Identifier?
    package var issuedAt: Timestamp
    package var seller: Party
    package var buyer: Party
    package var lines: [InvoiceLine]
    package var subtotal: Money
    package var discount: Money
    package var shippingCost: Money
    package var tax: Money
    package var taxMode: TaxMode
    package var taxLines: [TaxLine]
    package var total: Money
    /// On an invoice, its credit notes, oldest first. Not part of what is frozen, and not printed.
    package var creditNotes: [CreditNoteReference] = []

    package var kind: DocumentKind { number.series.kind }
    package var currency: Currency { total.currency }
}

/// A credit note as its invoice names it.
package struct CreditNoteReference: Equatable, Sendable, JSONEncodable {
    package let number: DocumentNumber
    package let issuedAt: Timestamp
    package let total: Money

    package init(number: DocumentNumber, issuedAt: Timestamp, total: Money) {
        self.number = number
        self.issuedAt = issuedAt
        self.total = total
    }

    package init(_ note: Invoice) { self.init(number: note.number, issuedAt: note.issuedAt, total: note.total) }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("number", number)
            $0.member("issued_at", issuedAt)
            $0.member("total", total)
        }
    }
}
