import Contracts

/// A shipment as JSON: as the contract shows it, and as it is stored.
extension Shipment {
    /// Who the document is for. The carrier's price and id are for the shop's own people.
    enum View {
        case customer, staff, store

        init(of actor: Actor) { self = actor.isStaff ? .staff : .customer }
    }

    func document(for view: View) -> [UInt8] {
        JSONWriter.object(capacity: 1024) { writer in
            writeHead(view, to: &writer)
            writer.member("items", array: items)
            writer.member("parcels", array: parcels)
            writer.member("recipient", recipient)
            writer.member("address", address)
            writer.member("city_ref", cityRef)
            writer.member("branch_ref", branchRef)
            writer.member("declared_value", declaredValue)
            writer.member("payer", payer)
            if view != .customer { writer.member("carrier_cost", carrierCost) }
            writer.member("currency", currency)
            writer.member("estimated_delivery_date", estimatedDeliveryDate)
            writer.member("label_ready", hasLabel)
            writer.member("error_code", errorCode)
            writer.member("error_message", errorMessage)
            writer.member("handed_over_at", handedOverAt)
            writer.member("delivered_at", deliveredAt)
            writer.member("version", version)
            writer.member("created_at", createdAt)
            writer.member("updated_at", updatedAt)
            if view == .store { writeMemory(to: &writer) }
        }
    }

    private func writeHead(_ view: View, to writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("tenant_id", tenant)
        writer.member("order_id", orderID)
        writer.member("carrier", carrier)
        writer.member("service", service)
        writer.member("status", status)
        writer.member("carrier_status", carrierStatus)
        writer.member("carrier_status_text", carrierStatusText)
        writer.member("tracking_number", trackingNumber)
        writer.member("tracking_url", trackingURL)
        if view != .customer { writer.member("carrier_ref", carrierRef) }
    }

    /// What is stored and not shown.
    private func writeMemory(to writer: inout JSONWriter) {
        writer.member("customer_id", customerID)
        writer.member("contents", contents)
        writer.member("heard_at", heardAt)
        writer.member("events", array: events)
        writer.member("asker", asker)
        writer.member("withdrawal", withdrawal)
        writer.member("return_number", returnNumber)
    }

    /// Reads what ``document(for:)`` wrote for the store.
    init(stored json: JSON) throws {
        let currency = try json.currency()
        self.init(
            id: try json.id("id"), tenant: try json.text("tenant_id"), orderID: try json.id("order_id"),
            customerID: try json.text("customer_id"), carrier: try json.word("carrier"),
            service: try json.word("service"), status: try json.word("status"),
            carrierStatus: json["carrier_status"]?.string, carrierStatusText: json["carrier_status_text"]?.string,
            trackingNumber: json["tracking_number"]?.string, carrierRef: json["carrier_ref"]?.string,
            items: try json.list("items").map { try Item(stored: $0) },
            parcels: try json.list("parcels").map { try Parcel(stored: $0) },
            recipient: try Recipient(stored: try json.child("recipient")), address: try json.child("address"),
            cityRef: json["city_ref"]?.string, branchRef: json["branch_ref"]?.string,
            declaredValue: try json.money("declared_value", currency), payer: try json.word("payer"),
            contents: try json.text("contents"), carrierCost: try json.optionalMoney("carrier_cost", currency),
            estimatedDeliveryDate: json["estimated_delivery_date"]?.string.flatMap { CalendarDate($0) },
            errorCode: json["error_code"]?.string, errorMessage: json["error_message"]?.string,
            handedOverAt: try json.optionalTime("handed_over_at"), deliveredAt: try json.optionalTime("delivered_at"),
            version: try json.int("version"), createdAt: try json.time("created_at"),
            updatedAt: try json.time("updated_at"), heardAt: try json.time("heard_at"),
            events: try json.list("events").map { try TrackingEvent(stored: $0) }, asker: try json.id("asker"),
            withdrawal: try json["withdrawal"].map { try Withdrawal(stored: $0) },
            returnNumber: json["return_number"]?.string)
    }
}

extension Shipment.Item: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("order_item_id", orderItemID)
            $0.member("product_id", productID)
            $0.member("sku", sku)
            $0.member("name", name)
            $0.member("quantity", quantity)
        }
    }

    fileprivate init(stored json: JSON) throws {
        self.init(
            orderItemID: try json.id("order_item_id"), productID: try json.text("product_id"),
            sku: try json.text("sku"), name: try json.text("name"), quantity: try json.int("quantity"))
    }
}

extension Shipment.Withdrawal: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("reason", reason)
            $0.member("cancellation_id", cancellation)
            $0.member("looking", isLooking)
            $0.member("asker", asker)
        }
    }

    fileprivate init(stored json: JSON) throws {
        self.init(
            reason: try json.text("reason"), cancellation: try json.optionalID("cancellation_id"),
            isLooking: try json.flag("looking"),
            asker: try json["asker"].map { try Asker(json: $0) })
    }
}

extension Shipment.Parcel: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("weight_grams", weightGrams)
            $0.member("length_mm", lengthMM)
            $0.member("width_mm", widthMM)
            $0.member("height_mm", heightMM)
        }
    }

    fileprivate init(stored json: JSON) throws {
        self.init(
            weightGrams: try json.int("weight_grams"), lengthMM: json["length_mm"]?.int,
            widthMM: json["width_mm"]?.int, heightMM: json["height_mm"]?.int)
    }
}

extension Shipment.Recipient: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("name", name)
            $0.member("phone", phone)
        }
    }

    fileprivate init(stored json: JSON) throws {
        self.init(name: try json.text("name"), phone: try json.text("phone"))
    }
}

extension TrackingEvent: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("time", time)
            $0.member("status", status)
            $0.member("carrier_status", carrierStatus)
            $0.member("text", text)
            $0.member("location", location)
        }
    }

    fileprivate init(stored json: JSON) throws {
        self.init(
            time: try json.time("time"), status: try json.word("status"),
            carrierStatus: json["carrier_status"]?.string, text: try json.text("text"),
            location: json["location"]?.string)
    }
}
