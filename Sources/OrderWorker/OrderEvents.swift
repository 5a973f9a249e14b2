import Contracts
import Worker

/// How changes of an order are told (events.md section 3.1).
struct OrderEvents {
    func events(for change: OrderChange, _ state: OrderState, _ context: DecisionContext) -> [Event] {
        guard case .order(let order) = state else { return [] }
        switch change {
        case .drafted, .draftQuoted, .draftAbandoned, .heard: return []
        case .created: return [event("order.created", order, context) { $0.member("order", raw: order.document) }]
        case .confirmed(let paymentID, let by, let reason):
            return [
                event("order.confirmed", order, context) {
                    $0.member("payment_id", paymentID)
                    $0.member("by", by)
                    $0.member("reason", reason)
                    $0.member("order", raw: order.document)
                }
            ]
        case .promoApplied:
            let isCheaper = !order.discount.isZero || !order.shippingDiscount.isZero
            return [
                event("order.updated", order, context) {
                    $0.member("changes", array: isCheaper ? ["promo_code", "totals"] : ["promo_code"])
                    $0.member("order", raw: order.document)
                }
            ]
        default: return told(change, order, context) + [changed(order, context)]
        }
    }

    /// The public events of a change, none of which carries the order.
    private func told(_ change: OrderChange, _ order: Order, _ context: DecisionContext) -> [Event] {
        switch change {
        case .processing(let by, let reason):
            [
                event("order.processing", order, context) {
                    $0.member("by", by)
                    $0.member("reason", reason)
                }
            ]
        case .shipped: [event("order.shipped", order, context) { $0.member("shipments", order.waybills) }]
        case .delivered(let time): [event("order.delivered", order, context) { $0.member("delivered_at", time) }]
        case .cancelled(let reason, let by): [cancelled(reason, by, order, context)]
        case .refunded: [refunded(order, context)]
        case .returned(let id, let change): ReturnEvents.events(for: change, of: id, order, context)
        case .drafted, .draftQuoted, .draftAbandoned, .heard, .created, .confirmed, .promoApplied,
            .promoApplicationBegun, .promoApplicationEnded, .paymentNoted, .moneyTaken,
            .moneyReturned, .expiryMoved, .shipmentNoted, .stockNoted, .handShipped, .cancellationBegun,
            .cancellationGivenUp, .refundBegun, .refundEnded:
            []
        }
    }

    /// The order after the change, for the log: with it every version can be shown again.
    private func changed(_ order: Order, _ context: DecisionContext) -> Event {
        event("order.changed", order, context, isPublic: false) { $0.member("order", raw: order.document) }
    }

    private func cancelled(_ reason: String, _ by: Actor, _ order: Order, _ context: DecisionContext) -> Event {
        event("order.cancelled", order, context) {
            $0.member("reason", reason)
            $0.member("by", by)
            $0.member("previous_status", order.previousStatus)
            $0.member("amount_to_refund", order.amountPaid - order.amountRefunded)
            $0.member("promo_code", order.promoCode)
            $0.member("items", order.units)
        }
    }

    private func refunded(_ order: Order, _ context: DecisionContext) -> Event {
        event("order.refunded", order, context) {
            $0.member("amount_refunded", order.amountRefunded)
            $0.member("previous_status", order.previousStatus)
            $0.member("restock", !order.wasHandedOver)
            $0.member("items", order.units)
        }
    }

    private func event(
        _ type: String, _ order: Order, _ context: DecisionContext, isPublic: Bool = true,
        _ members: (inout JSONWriter) -> Void
    ) -> Event {
        let body = JSONWriter.object(capacity: 2048) {
            $0.member("tenant_id", order.tenant)
            $0.member("order_id", order.id)
            $0.member("customer_id", order.customerID)
            $0.member("reference", order.reference)
            $0.member("status", order.status)
            $0.member("payment_status", order.paymentStatus)
            $0.member("fulfilment_status", order.fulfilmentStatus)
            $0.member("version", order.version)
            $0.member("total", order.total)
            $0.member("currency", order.currency)
            $0.member("contact") {
                $0.member("name", order.shippingAddress.name)
                $0.member("phone", order.shippingAddress.phone)
                $0.member("email", order.shippingAddress.email)
            }
            $0.member("at", context.now)
            members(&$0)
        }
        return Event(
            id: context.newID(), type: type, tenant: order.tenant, subject: order.id.description,
            sequence: order.version,
            time: context.now, actor: context.actor, body: body, isPublic: isPublic,
            requestID: context.message.requestID,
            causationID: context.causationID, traceparent: context.message.traceparent)
    }
}

extension DecisionContext {
    /// The message that caused it; what a timer did has no cause.
    var causationID: Identifier? { message.type.hasPrefix("timer.") ? nil : message.id }
}

extension Order {
    /// Waybills for `order.shipped`.
    fileprivate var waybills: Waybills { Waybills(shipments: shipments.filter(\.status.isLive)) }
    fileprivate var units: Units { Units(lines: lines) }

    fileprivate struct Waybills: JSONEncodable {
        let shipments: [ShipmentNote]

        func write(to writer: inout JSONWriter) {
            writer.array(shipments) { writer, shipment in
                writer.object {
                    $0.member("shipment_id", shipment.id)
                    $0.member("carrier", shipment.carrier)
                    $0.member("tracking_number", shipment.trackingNumber)
                    $0.member("tracking_url", shipment.trackingURL)
                }
            }
        }
    }

    fileprivate struct Units: JSONEncodable {
        let lines: [OrderLine]

        func write(to writer: inout JSONWriter) {
            writer.array(lines) { writer, line in
                writer.object {
                    $0.member("order_item_id", line.id)
                    $0.member("product_id", line.productID)
                    $0.member("sku", line.sku)
                    $0.member("quantity", line.quantity)
                }
            }
        }
    }
}
