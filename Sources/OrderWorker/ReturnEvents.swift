import Contracts
import Worker

/// How changes of a return are told (events.md section 3.6).
enum ReturnEvents {
    static func events(
        for change: ReturnChange, of id: Identifier, _ order: Order, _ context: DecisionContext
    ) -> [Event] {
        guard let goods = order.returns.first(where: { $0.id == id }) else { return [] }
        switch change {
        case .requested:
            return [event("return.requested", goods, order, context) { $0.member("comment", goods.comment) }]
        case .approved(let by, let reason):
            return [
                event("return.approved", goods, order, context) {
                    $0.member("by", by)
                    $0.member("decision_reason", reason)
                }
            ]
        case .rejected(let by, let reason):
            return [
                event("return.rejected", goods, order, context) {
                    $0.member("by", by)
                    $0.member("decision_reason", reason)
                }
            ]
        case .received(_, let by):
            return [
                event("return.received", goods, order, context) {
                    $0.member("by", by)
                    $0.member("received_at", goods.receivedAt)
                }
            ]
        case .receiving, .moneyReturned, .refunded:
            return [event("return.changed", goods, order, context, isPublic: false) { _ in }]
        }
    }

    private static func event(
        _ type: String, _ goods: Return, _ order: Order, _ context: DecisionContext, isPublic: Bool = true,
        _ members: (inout JSONWriter) -> Void
    ) -> Event {
        let body = JSONWriter.object(capacity: 1024) {
            $0.member("tenant_id", order.tenant)
            $0.member("return_id", goods.id)
            $0.member("order_id", order.id)
            $0.member("customer_id", order.customerID)
            $0.member("reason", goods.reason)
            $0.member("refund_amount", goods.refundAmount)
            $0.member("currency", goods.currency)
            $0.member("status", goods.status)
            $0.name("items")
            $0.array(goods.items) { writer, item in
                writer.object {
                    $0.member("order_item_id", item.line)
                    $0.member("product_id", item.productID)
                    $0.member("sku", item.sku)
                    $0.member("quantity", item.quantity)
                    $0.member("accepted_quantity", item.accepted)
                    $0.member("restock", item.restock)
                    $0.member("refund_amount", item.refund)
                }
            }
            members(&$0)
        }
        return Event(
            id: context.newID(), type: type, tenant: order.tenant, subject: goods.id.description,
            sequence: goods.version, time: context.now, actor: context.actor, body: body, isPublic: isPublic,
            requestID: context.message.requestID, causationID: context.causationID,
            traceparent: context.message.traceparent)
    }
}
