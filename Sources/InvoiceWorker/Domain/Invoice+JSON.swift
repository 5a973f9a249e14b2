import Contracts

extension Invoice: JSONEncodable {
    /// The document in the contract's order of members.
    public func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("number", number)
            $0.member("kind", kind)
            $0.member("tenant_id", tenant)
            $0.member("order_id", orderID)
            $0.member("invoice_number", invoiceNumber)
            $0.member("refund_id", refundID)
            $0.member("issued_at", issuedAt)
            $0.member("seller", seller)
            $0.member("buyer", buyer)
            $0.member("lines", array: lines)
            $0.member("subtotal", subtotal)
            $0.member("discount", discount)
            $0.member("shipping_cost", shippingCost)
            $0.member("tax", tax)
            $0.member("tax_mode", taxMode)
            $0.member("tax_lines", array: taxLines)
            $0.member("total", total)
            $0.member("currency", currency)
            if kind == .invoice { $0.member("credit_notes", array: creditNotes) }
        }
    }

    /// Reads what ``write(to:)`` wrote.
    ///
    /// - Throws: ``StoredFormatError`` or a fault of an amount: data at rest is damaged, a person has to look.
    public init(json: JSON) throws {
        let currency = try json.currency()
        self.init(
            id: try json.id("id"), number: try json.documentNumber("number"), tenant: try json.text("tenant_id"),
            orderID: try json.id("order_id"),
            invoiceNumber: json["invoice_number"] == nil ? nil : try json.documentNumber("invoice_number"),
            refundID: try json.optionalID("refund_id"), issuedAt: try json.time("issued_at"),
            seller: try Party(json: json.child("seller")), buyer: try Party(json: json.child("buyer")),
            lines: try json.list("lines").map { try InvoiceLine(json: $0, currency) },
            subtotal: try json.money("subtotal", currency), discount: try json.money("discount", currency),
            shippingCost: try json.money("shipping_cost", currency), tax: try json.money("tax", currency),
            taxMode: try json.word("tax_mode"),
            taxLines: try json.list("tax_lines").map { try TaxLine(json: $0, currency) },
            total: try json.money("total", currency),
            creditNotes: try (json["credit_notes"]?.array ?? []).map { note in
                CreditNoteReference(
                    number: try note.documentNumber("number"), issuedAt: try note.time("issued_at"),
                    total: try note.money("total", currency))
            })
        guard try json.text("kind") == kind.rawValue else { throw StoredFormatError("kind") }
    }
}

extension JSON {
    fileprivate func documentNumber(_ name: String) throws -> DocumentNumber {
        guard let number = DocumentNumber(try text(name)) else { throw StoredFormatError(name) }
        return number
    }
}
