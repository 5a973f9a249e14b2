import Contracts
import Worker

/// Cancellation and expiry (rules.md section 7). Whether it is allowed stands in ``OrderTransitions``.
extension OrderRules {
    /// `order.cancel`: at a person's word.
    func cancelRequested(_ order: Order, reason: String?, _ context: DecisionContext) -> Decision<OrderChange> {
        guard order.isVisible(context) else { return .refuse(.notFound("order")) }
        if let mismatch = context.versionMismatch("order", order.version) { return .refuse(mismatch) }
        if order.status == .cancelled || order.status == .refunded {
            return .accept([], answer: .resource(status: 200))
        }
        guard OrderTransitions.isAllowed(.cancelled, for: context.actor, order) else {
            return .refuse(OrderTransitions.refusal(of: .cancelled, for: context.actor, order))
        }
        return cancel(order, reason: reason, context)
    }

    /// Cancels at once what has no waybill. Waybills are deleted first: the order is cancelled when the last of them is
    /// gone, and stays as it is when the carrier has a parcel already.
    func cancel(_ order: Order, reason: String?, _ context: DecisionContext) -> Decision<OrderChange> {
        if let cancelling = order.cancelling { return join(cancelling, context) }
        let reason = reason ?? "cancelled"
        guard order.shipments.contains(where: { $0.status.isLive }) else {
            return .accept([.cancelled(reason: reason, by: context.actor)], answer: .resource(status: 200))
        }
        let cancelling = Order.Cancelling(
            id: context.derivedID("cancellation"), asker: context.asker, reason: reason, by: context.actor)
        return Decision(
            [.cancellationBegun(cancelling)], answer: .later, sends: [withdrawal(of: order, cancelling, context)])
    }

    /// Whoever asks again is shown the operation that is under way; one that nobody waits for is taken over.
    private func join(_ cancelling: Order.Cancelling, _ context: DecisionContext) -> Decision<OrderChange> {
        if let asker = cancelling.asker { return Decision(answer: .reply(asker.operation)) }
        var joined = cancelling
        joined.asker = context.asker
        return Decision([.cancellationBegun(joined)], answer: .later)
    }

    /// By itself: nobody waits for it.
    private func cancelBySystem(_ order: Order, reason: String, _ context: DecisionContext) -> Decision<OrderChange> {
        guard order.cancelling == nil else { return .ignore }
        guard order.shipments.contains(where: { $0.status.isLive }) else {
            return .accept([.cancelled(reason: reason, by: .system)])
        }
        let cancelling = Order.Cancelling(
            id: context.derivedID("cancellation"), asker: nil, reason: reason, by: .system)
        return Decision([.cancellationBegun(cancelling)], sends: [withdrawal(of: order, cancelling, context)])
    }

    /// Asks the shipping worker to delete the waybills of the order.
    func withdrawal(
        of order: Order, _ cancelling: Order.Cancelling?, _ context: DecisionContext
    ) -> Message {
        let body = JSONWriter.object {
            $0.member("order_id", order.id)
            $0.member("cancellation_id", cancelling?.id)
            $0.member("reason", cancelling?.reason ?? order.cancellation?.reason ?? order.status.rawValue)
        }
        return context.message("shipment.withdraw", body)
    }

    /// The carrier has a parcel of the order: it stays as it is.
    func withdrawalRefused(_ cancellation: Identifier, _ order: Order) -> Decision<OrderChange> {
        guard let cancelling = order.cancelling, cancelling.id == cancellation else { return .ignore }
        return Decision([.cancellationGivenUp], resolutions: Self.givenUp(cancelling, order))
    }

    static func givenUp(
        _ cancelling: Order.Cancelling, _ order: Order
    ) -> [(Identifier, Decision<OrderChange>.Answer)] {
        guard let asker = cancelling.asker else { return [] }
        return [(asker.id, .refusal(.alreadyShipped(order.status.rawValue)))]
    }

    // MARK: By itself

    func stock(
        _ status: StockStatus, reason: String?, _ order: Order, _ context: DecisionContext
    ) -> Decision<OrderChange> {
        guard order.stockStatus != status else { return .ignore }
        let answersOurs = status == .released && reason == "order_cancelled"
        let isLost = status == .rejected || (status == .released && !answersOurs)
        var decision: Decision<OrderChange> =
            isLost && OrderTransitions.cancelsBySystem(order)
            ? cancelBySystem(order, reason: "stock_\(status.rawValue)", context) : .ignore
        decision.changes.insert(.stockNoted(status), at: 0)
        return decision
    }

    func expire(_ order: Order, _ context: DecisionContext) -> Decision<OrderChange> {
        guard order.status == .pending, let expiresAt = order.expiresAt, expiresAt <= context.now else {
            return .ignore
        }
        return cancelBySystem(order, reason: "payment_expired", context)
    }
}
