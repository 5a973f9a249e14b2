import Contracts

/// An invoice, or a credit note for money that went back (schema `Invoice` of the contract). Frozen when it is issued;
/// only ``creditNotes`` is filled in when it is read.
public struct Invoice: Equatable, Sendable {
    public var id: Identifier
    public var number: DocumentNumber
    public var tenant: String
    public var orderID: Identifier
    /// On a credit note, the invoice it belongs to.
    public var invoiceNumber: DocumentNumber?
    /// On a credit note, the refund it belongs to.
    public var refundID: Identifier?
    public var issuedAt: Timestamp
    public var seller: Party
    public var buyer: Party
    public var lines: [InvoiceLine]
    public var subtotal: Money
    public var discount: Money
    public var shippingCost: Money
    public var tax: Money
    public var taxMode: TaxMode
    public var taxLines: [TaxLine]
    public var total: Money
    /// On an invoice, its credit notes, oldest first. Not part of what is frozen, and not printed.
    public var creditNotes: [CreditNoteReference] = []

    public var kind: DocumentKind { number.series.kind }
    public var currency: Currency { total.currency }
}

/// A credit note as its invoice names it.
public struct CreditNoteReference: Equatable, Sendable, JSONEncodable {
    public let number: DocumentNumber
    public let issuedAt: Timestamp
    public let total: Money

    public init(number: DocumentNumber, issuedAt: Timestamp, total: Money) {
        self.number = number
        self.issuedAt = issuedAt
        self.total = total
    }

    public init(_ note: Invoice) { self.init(number: note.number, issuedAt: note.issuedAt, total: note.total) }

    public func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("number", number)
            $0.member("issued_at", issuedAt)
            $0.member("total", total)
        }
    }
}
