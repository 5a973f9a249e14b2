import Contracts
import Worker

/// What follows from news of payments.
extension OrderRules {
    func payment(_ news: PaymentNews, _ order: Order) -> Decision<OrderChange> {
        let heard = OrderChange.heard(news.event)
        switch news.kind {
        case .created(let expiresAt):
            var changes = noted(.pending, news, order)
            if order.status == .pending, let present = order.expiresAt, expiresAt > present {
                changes.append(.expiryMoved(expiresAt))
            }
            return .accept(changes + [heard])
        case .failed(let status): return .accept(noted(status, news, order) + [heard])
        case .voided: return .accept(noted(.cancelled, news, order))
        case .completed(let amount, let surplus): return .accept(taken(amount - surplus, news, order) + [heard])
        case .refunded(let refund, let status): return .accept(returned(refund, status, news, order) + [heard])
        case .refundFailed(let refund, let reason):
            // A surplus and a return's money are not what somebody waits for.
            guard !refund.isSurplus, refund.returnID == nil else { return .accept([heard]) }
            var decision = refundRefused(.conflict, "The provider refused the refund: \(reason).", order)
            decision.changes.append(heard)
            return decision
        }
    }

    /// News of different types may overtake each other; the status follows the latest version, money is counted always.
    private func noted(_ status: PaymentStatus, _ news: PaymentNews, _ order: Order) -> [OrderChange] {
        let known = order.payments.first { $0.id == news.id }
        guard known.map({ $0.sequence < news.event.sequence }) ?? true else { return [] }
        return [.paymentNoted(.init(id: news.id, status: status, sequence: news.event.sequence))]
    }

    private func taken(_ amount: Money, _ news: PaymentNews, _ order: Order) -> [OrderChange] {
        var changes = noted(.completed, news, order)
        if !amount.isZero { changes.append(.moneyTaken(amount)) }
        let paid = order.amountPaid + amount
        if order.status == .pending, paid >= order.total {
            changes.append(.confirmed(paymentID: news.id, by: .system, reason: nil))
        }
        // The news that it went back came first.
        if !paid.isZero, order.amountRefunded == paid, order.status != .refunded,
            order.status != .pending || paid >= order.total
        {
            changes.append(.refunded)
        }
        return changes
    }

    private func returned(
        _ refund: PaymentNews.Refund, _ status: PaymentStatus, _ news: PaymentNews, _ order: Order
    ) -> [OrderChange] {
        var changes = noted(status, news, order)
        guard !refund.isSurplus else { return changes }
        changes.append(.moneyReturned(refund.amount, units: refund.units))
        changes += returnPaid(refund, order)
        let isAllBack = !order.amountPaid.isZero && order.amountRefunded + refund.amount == order.amountPaid
        if isAllBack, order.status != .pending, order.status != .refunded { changes.append(.refunded) }
        return changes
    }
}
