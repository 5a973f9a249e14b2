import Contracts

extension Order {
    /// What the owner remembers beside the document. What most orders have nothing of is left out.
    var memory: [UInt8] {
        JSONWriter.object {
            $0.member("tax_rate", taxRate)
            $0.member("payments", array: payments)
            $0.member("shipments", array: shipments)
            $0.member("previous_status", previousStatus)
            $0.member("cancelling", cancelling)
            $0.member("promo_application", applying)
            $0.member("redemption_id", redemptionID)
            $0.member("refund_asker", refundAsker)
            if !handShipped.isEmpty { $0.member("hand_shipped", UnitsByLine(handShipped)) }
            if !refundedUnits.isEmpty { $0.member("refunded_units", UnitsByLine(refundedUnits)) }
            if !returns.isEmpty { $0.member("returns", array: returns) }
        }
    }

    /// Takes over what ``memory`` holds beside the notes of payments and shipments.
    mutating func recall(_ memory: JSON) throws {
        previousStatus = memory["previous_status"]?.string.flatMap { OrderStatus(rawValue: $0) }
        cancelling = try memory["cancelling"].map { try Cancelling(json: $0) }
        applying = try memory["promo_application"].map { try PromoApplication(json: $0) }
        redemptionID = try memory.optionalID("redemption_id")
        refundAsker = try memory["refund_asker"].map { try Asker(json: $0) }
        handShipped = try UnitsByLine(json: memory["hand_shipped"]).units
        refundedUnits = try UnitsByLine(json: memory["refunded_units"]).units
        let currency = currency
        returns = try (memory["returns"]?.array ?? []).map { try Return(json: $0, currency) }
    }
}

/// Units by order line, as `[{"order_item_id", "quantity"}]`.
private struct UnitsByLine: JSONEncodable {
    let units: [Identifier: Int64]

    init(_ units: [Identifier: Int64]) { self.units = units }

    init(json: JSON?) throws {
        var units: [Identifier: Int64] = [:]
        for entry in json?.array ?? [] { units[try entry.id("order_item_id")] = try entry.int("quantity") }
        self.units = units
    }

    func write(to writer: inout JSONWriter) {
        writer.array(units.sorted { $0.key < $1.key }) { writer, entry in
            writer.object {
                $0.member("order_item_id", entry.key)
                $0.member("quantity", entry.value)
            }
        }
    }
}

extension Order.Cancelling: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("asker", asker)
            $0.member("reason", reason)
            $0.member("by", by)
        }
    }

    init(json: JSON) throws {
        self.init(
            id: try json.id("id"), asker: try json["asker"].map { try Asker(json: $0) },
            reason: try json.text("reason"), by: try Actor(json: try json.child("by")))
    }
}

extension Order.PaymentNote: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("status", status)
            $0.member("sequence", sequence)
        }
    }

    init(json: JSON) throws {
        self.init(id: try json.id("id"), status: try json.word("status"), sequence: try json.int("sequence"))
    }
}

extension Order.ShipmentNote: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("carrier", carrier)
            $0.member("status", status)
            $0.member("tracking_number", trackingNumber)
            $0.member("tracking_url", trackingURL)
            $0.member("handed_over", isHandedOver)
            $0.member("units", UnitsByLine(units))
            $0.member("delivered_at", deliveredAt)
            $0.member("sequence", sequence)
        }
    }

    init(json: JSON) throws {
        self.init(
            id: try json.id("id"), carrier: try json.text("carrier"), status: try json.word("status"),
            trackingNumber: json["tracking_number"]?.string, trackingURL: json["tracking_url"]?.string,
            isHandedOver: try json.flag("handed_over"), units: try UnitsByLine(json: json["units"]).units,
            deliveredAt: try json.optionalTime("delivered_at"), sequence: try json.int("sequence"))
    }
}
