import Contracts
import Worker

/// Reads events of other workers and of Core.
enum OrderNews {
    static func intake(_ message: Message) throws -> Intake<Identifier, OrderCommand> {
        let body = try JSONParser.parse(message.body)
        guard let order = body["order_id"]?.string.flatMap({ Identifier($0) }) else {
            if message.type.hasPrefix("promo.") { return .ignored }
            throw StoredFormatError("order_id")
        }
        guard let command = try command(message, body) else { return .ignored }
        return .command(order, command)
    }

    private static func command(_ message: Message, _ body: JSON) throws -> OrderCommand? {
        switch message.type {
        case "stock.reserved": .stock(.reserved, reason: nil)
        case "stock.rejected": .stock(.rejected, reason: body["reason"]?.string)
        case "stock.released": .stock(.released, reason: body["reason"]?.string)
        case "promo.redeemed": .promoRedeemed(try grant(message, body))
        case "promo.rejected": .promoRejected(try reasons(body), cause: message.causationID)
        case "shipment.quoted": .quoted(try quote(body))
        case "payment.created", "payment.completed", "payment.failed", "payment.voided", "payment.refunded",
            "payment.refund_failed":
            .payment(try payment(message, body))
        case "payment.refund_started": .refundPlanned(try plan(body))
        case "payment.refund_refused":
            .refundRefused(
                body["error_code"]?.string.flatMap { ProblemCode(rawValue: $0) } ?? .conflict, try body.text("detail"))
        case "shipment.created", "shipment.updated": .shipment(try shipment(message, body))
        case "shipment.withdrawal_refused": .withdrawalRefused(try body.id("cancellation_id"))
        case "promo.released", "invoice.issued": .heard(message.event)
        default: nil
        }
    }

    private static func grant(_ message: Message, _ body: JSON) throws -> PromoGrant {
        let currency = try body.currency()
        var discounts: [String: Money] = [:]
        for entry in try body.list("allocations") {
            discounts[try entry.text("product_id")] = try entry.money("discount", currency)
        }
        return PromoGrant(
            redemptionID: try body.id("redemption_id"), orderID: try body.id("order_id"), code: try body.text("code"),
            discounts: discounts,
            shippingDiscount: try body.money("shipping_discount", currency), event: message.event)
    }

    private static func reasons(_ body: JSON) throws -> [FieldError] {
        let currency = body["currency"]?.string.flatMap { Currency($0) } ?? .uah
        return try body.list("reasons").map { reason in
            FieldError(
                pointer: "/promo_code", code: try reason.text("code"), detail: try reason.text("detail"),
                missing: try reason.optionalMoney("missing", currency), missingQuantity: reason["missing_quantity"]?.int
            )
        }
    }

    private static func quote(_ body: JSON) throws -> DeliveryQuote {
        DeliveryQuote(
            price: try body.optionalMoney("price", body.currency()), source: body["source"]?.string,
            estimatedDate: body["estimated_delivery_date"]?.string,
            refusal: body["error_code"]?.string.flatMap { ProblemCode(rawValue: $0) })
    }

    private static func payment(_ message: Message, _ body: JSON) throws -> PaymentNews {
        let currency = try body.currency()
        let kind: PaymentNews.Kind =
            switch message.type {
            case "payment.created": .created(expiresAt: try body.time("expires_at"))
            case "payment.completed":
                .completed(
                    amount: try body.money("amount", currency), surplus: try body.money("surplus_amount", currency))
            case "payment.failed": .failed(try body.word("status"))
            case "payment.voided": .voided
            case "payment.refunded":
                .refunded(try refund(body, currency), status: try body.word("payment_status"))
            default: .refundFailed(try refund(body, currency), reason: try body.text("error_code"))
            }
        return PaymentNews(id: try body.id("payment_id"), kind: kind, event: message.event)
    }

    private static func refund(_ body: JSON, _ currency: Currency) throws -> PaymentNews.Refund {
        PaymentNews.Refund(
            amount: try body.money("amount", currency), isSurplus: try body.flag("surplus"),
            returnID: try body.optionalID("return_id"), units: try units(body["items"]?.array ?? []))
    }

    private static func plan(_ body: JSON) throws -> RefundPlan {
        let currency = try body.currency()
        var shares: [Identifier: Money] = [:]
        for item in try body.list("items") {
            shares[try item.id("order_item_id")] = try item.money("amount", currency)
        }
        return RefundPlan(
            returnID: try body.id("return_id"),
            refundIDs: try body.list("refund_ids").compactMap { $0.string.flatMap { Identifier($0) } },
            amount: try body.money("amount", currency), shares: shares)
    }

    /// Units by order line.
    private static func units(_ items: [JSON]) throws -> [Identifier: Int64] {
        var units: [Identifier: Int64] = [:]
        for item in items { units[try item.id("order_item_id"), default: 0] += try item.int("quantity") }
        return units
    }

    private static func shipment(_ message: Message, _ body: JSON) throws -> ShipmentNews {
        let status: ShipmentStatus = try body.word("status")
        let occurredAt = try body.optionalTime("occurred_at") ?? message.sentAt
        let note = Order.ShipmentNote(
            id: try body.id("shipment_id"), carrier: try body.text("carrier"), status: status,
            trackingNumber: body["tracking_number"]?.string, trackingURL: body["tracking_url"]?.string,
            isHandedOver: body["handed_over"]?.bool ?? false, units: try units(body.list("items")),
            deliveredAt: status == .delivered ? occurredAt : nil, sequence: message.sequence)
        return ShipmentNews(note: note, occurredAt: occurredAt, event: message.event)
    }
}

extension Message {
    /// The event that another worker told.
    fileprivate var event: Event {
        Event(
            id: id, type: type, tenant: tenant, subject: subject, sequence: sequence, time: sentAt, actor: actor,
            body: body,
            requestID: requestID, causationID: causationID, traceparent: traceparent)
    }
}
