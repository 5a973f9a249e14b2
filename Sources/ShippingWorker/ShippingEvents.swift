import Contracts
import Worker

/// The events of shipments as the bus carries them (`docs/events.md` section 3.3, `docs/messages.md`).
enum ShippingEvents {
    static func events(
        for change: ShippingChange, _ state: OrderShipments, _ context: DecisionContext
    ) -> [Event] {
        switch change {
        case .opened, .withdrawalWanted, .heard: return []
        case .withdrawalRefused(let id, let cancellation):
            guard let shipment = state[id], let cancellation else { return [] }
            return [withdrawalRefused(shipment, cancellation, context)]
        case .quoted(let quote): return [quoted(quote, context)]
        case .waybillMade(let id, _):
            guard let shipment = state[id] else { return [] }
            return [event("shipment.created", shipment, context, created(shipment), cause: shipment.asker)]
        case .refused(let id, _, _):
            return updated(state[id], previous: .pending, nil, context, cause: state[id]?.asker)
        case .cancelled(let id, let previous): return updated(state[id], previous: previous, nil, context)
        case .progressed(let id, let progress):
            return updated(state[id], previous: progress.previous, progress.event, context)
        }
    }

    private static func event(
        _ type: String, _ shipment: Shipment, _ context: DecisionContext, _ body: [UInt8], cause: Identifier? = nil
    ) -> Event {
        Event(
            id: context.newID(), type: type, tenant: shipment.tenant, subject: shipment.id.description,
            sequence: shipment.version, time: context.now, actor: context.actor, body: body,
            requestID: context.message.requestID, causationID: cause, traceparent: context.message.traceparent)
    }

    private static func created(_ shipment: Shipment) -> [UInt8] {
        JSONWriter.object {
            writeHead(shipment, to: &$0)
            $0.member("items", array: shipment.items.lazy.map(Units.init))
            $0.member("status", shipment.status)
            $0.member("estimated_delivery_date", shipment.estimatedDeliveryDate)
            $0.member("carrier_cost", shipment.carrierCost)
            $0.member("currency", shipment.currency)
        }
    }

    private static func updated(
        _ shipment: Shipment?, previous: ShipmentStatus, _ news: TrackingEvent?, _ context: DecisionContext,
        cause: Identifier? = nil
    ) -> [Event] {
        guard let shipment else { return [] }
        let body = JSONWriter.object {
            writeHead(shipment, to: &$0)
            $0.member("status", shipment.status)
            $0.member("previous_status", previous)
            $0.member("carrier_status", shipment.carrierStatus)
            $0.member("carrier_status_text", shipment.carrierStatusText)
            $0.member("location", news?.location)
            $0.member("occurred_at", news?.time ?? context.now)
            $0.member("handed_over", shipment.handedOverAt != nil)
            $0.member("estimated_delivery_date", shipment.estimatedDeliveryDate)
            $0.member("error_code", shipment.errorCode)
            $0.member("error_message", shipment.errorMessage)
            $0.member("items", array: shipment.items.lazy.map(Units.init))
        }
        return [event("shipment.updated", shipment, context, body, cause: cause)]
    }

    private static func writeHead(_ shipment: Shipment, to writer: inout JSONWriter) {
        writer.member("tenant_id", shipment.tenant)
        writer.member("shipment_id", shipment.id)
        writer.member("order_id", shipment.orderID)
        writer.member("customer_id", shipment.customerID)
        writer.member("carrier", shipment.carrier)
        writer.member("service", shipment.service)
        writer.member("tracking_number", shipment.trackingNumber)
        writer.member("tracking_url", shipment.trackingURL)
    }

    private static func withdrawalRefused(
        _ shipment: Shipment, _ cancellation: Identifier, _ context: DecisionContext
    ) -> Event {
        let body = JSONWriter.object {
            $0.member("tenant_id", shipment.tenant)
            $0.member("order_id", shipment.orderID)
            $0.member("shipment_id", shipment.id)
            $0.member("cancellation_id", cancellation)
        }
        return Event(
            id: context.newID(), type: "shipment.withdrawal_refused", tenant: shipment.tenant,
            subject: shipment.orderID.description, sequence: 0, time: context.now, actor: context.actor, body: body,
            isPublic: false, requestID: context.message.requestID, causationID: context.message.id,
            traceparent: context.message.traceparent)
    }

    private static func quoted(_ quote: Quote, _ context: DecisionContext) -> Event {
        let body = JSONWriter.object {
            $0.member("tenant_id", context.tenant)
            quote.writeMembers(to: &$0)
        }
        return Event(
            id: context.newID(), type: "shipment.quoted", tenant: context.tenant,
            subject: quote.orderID.description, sequence: 0, time: context.now, actor: context.actor, body: body,
            isPublic: false, requestID: context.message.requestID, causationID: context.message.id,
            traceparent: context.message.traceparent)
    }

    /// Units of a shipment without the product's name.
    private struct Units: JSONEncodable {
        let item: Shipment.Item

        func write(to writer: inout JSONWriter) {
            writer.object {
                $0.member("order_item_id", item.orderItemID)
                $0.member("product_id", item.productID)
                $0.member("sku", item.sku)
                $0.member("quantity", item.quantity)
            }
        }
    }
}
