import Contracts
import Worker

/// The events of payments, exactly as events.md section 3.2 has them.
enum PaymentEvents {
    /// The events that tell a change; `state` is the state after it.
    static func events(for change: PaymentChange, _ state: OrderPayments, _ context: DecisionContext) -> [Event] {
        switch change {
        case .created(let payment): event("payment.created", payment.id, state, context, created)
        case .voided(let id): event("payment.voided", id, state, context, isPublic: false) { _, _ in }
        case .completed(let id, _, _): event("payment.completed", id, state, context, completed)
        case .failed(let id, let failure) where failure.isTold:
            event("payment.failed", id, state, context) { failed($0, &$1, failure, context.now) }
        case .refundCompleted(let id, let refund, _):
            event("payment.refunded", id, state, context, refund: refund) { payment, writer in
                guard let refund = payment.refund(refund) else { return }
                writer.member("refunded_amount", payment.refunded)
                writer.member("transaction_id", refund.transactionID)
                writer.member("completed_at", refund.completedAt)
            }
        case .refundFailed(let id, let refund, let code, let message):
            event("payment.refund_failed", id, state, context, refund: refund) { _, writer in
                writer.member("error_code", code)
                writer.member("error_message", message)
            }
        case .orderRefundStarted(let plan):
            toOrder("payment.refund_started", state, context) { order, writer in
                writer.member("return_id", plan.returnID)
                writer.member("refund_ids", array: plan.refunds)
                writer.member("amount", plan.amount)
                writer.member("currency", order.currency)
                writer.member("items", array: plan.shares)
            }
        case .orderRefundRefused(let code, let detail):
            toOrder("payment.refund_refused", state, context) { _, writer in
                writer.member("error_code", code.rawValue)
                writer.member("detail", detail)
            }
        default: []
        }
    }

    /// What only the order worker hears.
    private static func toOrder(
        _ type: String, _ state: OrderPayments, _ context: DecisionContext,
        _ members: (OrderSnapshot, inout JSONWriter) -> Void
    ) -> [Event] {
        guard let order = state.order else { return [] }
        let body = JSONWriter.object {
            $0.member("tenant_id", order.tenant)
            $0.member("order_id", order.id)
            members(order, &$0)
        }
        return [
            Event(
                id: context.newID(), type: type, tenant: order.tenant, subject: order.id.description, sequence: 0,
                time: context.now, actor: context.actor, body: body, isPublic: false,
                requestID: context.message.requestID, causationID: context.message.id,
                traceparent: context.message.traceparent)
        ]
    }

    private static func created(_ payment: Payment, _ writer: inout JSONWriter) {
        writer.member("method", payment.method)
        writer.member("status", payment.status)
        writer.member("expires_at", payment.expiresAt)
    }

    private static func completed(_ payment: Payment, _ writer: inout JSONWriter) {
        writer.member("surplus_amount", payment.surplus)
        writer.member("transaction_id", payment.transactionID)
        writer.member("paid_at", payment.paidAt)
    }

    private static func failed(
        _ payment: Payment, _ writer: inout JSONWriter, _ failure: PaymentChange.Failure, _ now: Timestamp
    ) {
        writer.member("status", failure.status)
        writer.member("error_code", failure.code)
        writer.member("error_message", failure.message)
        writer.member("retry_possible", failure.status == .failed && payment.isPageOpen(at: now))
    }

    private static func event(
        _ type: String, _ id: Identifier, _ state: OrderPayments, _ context: DecisionContext,
        refund refundID: Identifier? = nil, isPublic: Bool = true, _ members: (Payment, inout JSONWriter) -> Void
    ) -> [Event] {
        guard let payment = state.payment(id) else { return [] }
        let refund = refundID.flatMap { payment.refund($0) }
        let body = JSONWriter.object(capacity: 512) { writer in
            writer.member("tenant_id", payment.tenant)
            writer.member("refund_id", refund?.id)
            writer.member("payment_id", payment.id)
            writer.member("order_id", payment.orderID)
            writer.member("customer_id", payment.customerID)
            writer.member("return_id", refund?.returnID)
            writer.member("provider", payment.provider)
            writer.member("amount", refund?.amount ?? payment.amount)
            writer.member("currency", payment.currency)
            if let refund {
                writer.member("reason", refund.reason)
                writer.member("surplus", refund.isSurplus)
                if !refund.units.isEmpty { writer.member("items", array: refund.units) }
                writer.member("shipping_amount", refund.shipping)
                writer.member("payment_status", payment.status)
            }
            members(payment, &writer)
        }
        let message = context.message
        return [
            Event(
                id: context.newID(), type: type, tenant: payment.tenant, subject: payment.id.description,
                sequence: payment.version, time: context.now,
                actor: message.actor.type == .anonymous ? .system : message.actor, body: body, isPublic: isPublic,
                requestID: message.requestID, causationID: message.type.hasPrefix("timer.") ? nil : message.id,
                traceparent: message.traceparent)
        ]
    }
}
