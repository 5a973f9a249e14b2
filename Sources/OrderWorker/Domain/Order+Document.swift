import Contracts

extension Order {
    /// The order as the contract shows it, without `allowed_transitions`, which depends on who looks.
    var document: [UInt8] { rendered ?? render() }

    func render() -> [UInt8] {
        JSONWriter.object(capacity: 1024 + lines.count * 400) { writeMembers(to: &$0) }
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("tenant_id", tenant)
        writer.member("customer_id", customerID)
        writer.member("reference", reference)
        writer.member("status", status)
        writer.member("payment_status", paymentStatus)
        writer.member("fulfilment_status", fulfilmentStatus)
        writer.member("stock_status", stockStatus)
        writer.member("version", version)
        writer.member("items", array: lines)
        writer.member("subtotal", subtotal)
        writer.member("discount", discount)
        writer.member("shipping_cost", shippingCost)
        writer.member("shipping_discount", shippingDiscount)
        writer.member("shipping_tax", shippingTax)
        writer.member("tax", tax)
        writer.member("tax_mode", taxMode)
        writer.member("total", total)
        writer.member("amount_paid", amountPaid)
        writer.member("amount_refunded", amountRefunded)
        writer.member("currency", currency)
        writer.member("promo_code", promoCode)
        writer.member("shipping_address", shippingAddress)
        writer.member("billing_address", billingAddress)
        writer.member("payment_method", paymentMethod)
        writer.member("payment_id", paymentID)
        writer.member("delivery", delivery)
        writer.member("weight_grams", weightGrams)
        writer.member("notes", notes)
        writer.member("cancellation", cancellation)
        writer.member("expires_at", expiresAt)
        writer.member("confirmed_at", confirmedAt)
        writer.member("shipped_at", shippedAt)
        writer.member("delivered_at", deliveredAt)
        writer.member("created_at", createdAt)
        writer.member("updated_at", updatedAt)
    }

    /// Reads a stored order.
    ///
    /// - Throws: ``StoredFormatError`` when it is none.
    init(document: JSON, memory: JSON) throws {
        let currency = try document.currency()
        self.init(
            id: try document.id("id"), tenant: try document.text("tenant_id"),
            customerID: try document.text("customer_id"),
            reference: document["reference"]?.string, status: try document.word("status"),
            stockStatus: try document.word("stock_status"), version: try document.int("version"),
            lines: try document.list("items").map { try OrderLine(json: $0, currency) }, currency: currency,
            taxMode: try document.word("tax_mode"), taxRate: try memory.percent("tax_rate"),
            shippingCost: try document.money("shipping_cost", currency),
            shippingDiscount: try document.money("shipping_discount", currency),
            shippingTax: try document.money("shipping_tax", currency),
            amountPaid: try document.money("amount_paid", currency),
            amountRefunded: try document.money("amount_refunded", currency), promoCode: document["promo_code"]?.string,
            shippingAddress: try Address(json: try document.child("shipping_address")),
            billingAddress: try Address(json: try document.child("billing_address")),
            paymentMethod: try document.word("payment_method"),
            delivery: try document["delivery"].map { try Delivery(json: $0) },
            notes: document["notes"]?.string,
            cancellation: try document["cancellation"].map { try Cancellation(json: $0) },
            expiresAt: try document.optionalTime("expires_at"), confirmedAt: try document.optionalTime("confirmed_at"),
            shippedAt: try document.optionalTime("shipped_at"), deliveredAt: try document.optionalTime("delivered_at"),
            createdAt: try document.time("created_at"), updatedAt: try document.time("updated_at"),
            payments: try memory.list("payments").map { try PaymentNote(json: $0) },
            shipments: try memory.list("shipments").map { try ShipmentNote(json: $0) })
        try recall(memory)
    }
}

extension Order.Cancellation: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("reason", reason)
            $0.member("by", by)
            $0.member("at", at)
        }
    }

    init(json: JSON) throws {
        self.init(reason: try json.text("reason"), by: try Actor(json: try json.child("by")), at: try json.time("at"))
    }
}

extension Order.Delivery: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("carrier", carrier)
            $0.member("service", service)
            $0.member("city_ref", cityRef)
            $0.member("branch_ref", branchRef)
            $0.member("quote_source", quoteSource)
            $0.member("estimated_delivery_date", estimatedDate)
        }
    }

    init(json: JSON) throws {
        self.init(
            carrier: try json.word("carrier"), service: try json.word("service"), cityRef: json["city_ref"]?.string,
            branchRef: json["branch_ref"]?.string, quoteSource: json["quote_source"]?.string,
            estimatedDate: json["estimated_delivery_date"]?.string)
    }
}
