import Contracts
import Worker

/// Refunds that the order worker asks for: they are made of all payments of the order, the earliest taken first.
extension PaymentDraft {
    /// `payment.refund_order`.
    mutating func refund(_ request: OrderRefund, _ heard: OrderSnapshot) {
        note(heard)
        guard let order = state.order else { return }
        if let goods = request.returnID {
            refund(goods, request, order)
        } else {
            refundRest(request, order)
        }
    }

    /// Everything that remains.
    private mutating func refundRest(_ request: OrderRefund, _ order: OrderSnapshot) {
        let isUnclear = state.payments.contains { $0.refunds.contains { $0.status == .unknown } }
        guard !isUnclear else {
            apply(
                .orderRefundRefused(
                    .refundOutcomeUnknown, detail: "The outcome of an earlier refund is not known yet."))
            return
        }
        give(state.refundable(order.currency), request, units: [])
    }

    /// The accepted units of a return, each with its share of the line after what was refunded by units before; at most
    /// what is left.
    private mutating func refund(_ goods: Identifier, _ request: OrderRefund, _ order: OrderSnapshot) {
        var left = state.refundable(order.currency)
        var shares: [OrderRefundPlan.Share] = []
        for units in request.units where units.quantity > 0 {
            guard let line = order.lines.first(where: { $0.id == units.line }) else { continue }
            let before = min(line.quantity, state.refundedUnits(of: line.id))
            let share = line.share(from: before, count: min(units.quantity, line.quantity - before))
            let amount = share < left ? share : left
            left -= amount
            shares.append(.init(line: line.id, amount: amount))
        }
        let amount = shares.reduce(Money.zero(order.currency)) { $0 + $1.amount }
        let refunds = give(amount, request, units: request.units.filter { $0.quantity > 0 })
        apply(
            .orderRefundStarted(
                OrderRefundPlan(returnID: goods, refunds: refunds, amount: amount, shares: shares)))
    }

    /// Starts refunds that add up to `amount`. The units stand with the first, so that they count once.
    @discardableResult
    private mutating func give(_ amount: Money, _ request: OrderRefund, units: [Refund.Units]) -> [Identifier] {
        var left = amount
        var refunds: [Identifier] = []
        for payment in state.payments.filter(\.isTaken).sorted(by: { $0.takenBefore($1) }) {
            guard left > .zero(amount.currency) else { break }
            let part = payment.countedRest < left ? payment.countedRest : left
            guard part > .zero(amount.currency) else { continue }
            let refund = Refund(
                id: context.newID(), amount: part, reason: request.reason, isSurplus: false,
                returnID: request.returnID, units: refunds.isEmpty ? units : [], comment: request.comment,
                createdBy: context.actor, createdAt: context.now)
            apply(.refundRequested(payment.id, refund))
            refunds.append(refund.id)
            left -= part
        }
        return refunds
    }
}

extension OrderPayments {
    /// What counts for the order over all payments, less what is back or on its way.
    fileprivate func refundable(_ currency: Currency) -> Money {
        payments.reduce(.zero(currency)) { $0 + $1.countedRest }
    }
}

extension Payment {
    /// A surplus is no money of the order, even when the provider refused to take it back.
    fileprivate var countedRest: Money {
        let back = refunds.filter { !$0.isSurplus && $0.status != .failed }.reduce(Money.zero(currency)) {
            $0 + $1.amount
        }
        let rest = counted > back ? counted - back : .zero(currency)
        return rest < refundable ? rest : refundable
    }

    fileprivate func takenBefore(_ other: Payment) -> Bool {
        (paidAt ?? createdAt, id) < (other.paidAt ?? other.createdAt, other.id)
    }
}

/// What the order worker asks for in `payment.refund_order`. Without a return: all that remains.
struct OrderRefund: Sendable, Equatable {
    var returnID: Identifier?
    /// Accepted units of the return.
    var units: [Refund.Units] = []
    var reason: RefundReason
    var comment: String?

    init(json: JSON) throws {
        returnID = try json.optionalID("return_id")
        reason = try json.word("reason")
        comment = json["comment"]?.string
        units = try (json["items"]?.array ?? []).map {
            Refund.Units(line: try $0.id("order_item_id"), quantity: try $0.int("quantity"))
        }
    }
}

/// What goes back for a return.
struct OrderRefundPlan: Sendable, Equatable {
    struct Share: Sendable, Equatable, JSONEncodable {
        let line: Identifier
        let amount: Money

        func write(to writer: inout JSONWriter) {
            writer.object {
                $0.member("order_item_id", line)
                $0.member("amount", amount)
            }
        }
    }

    let returnID: Identifier
    /// None when nothing is left to be returned.
    let refunds: [Identifier]
    let amount: Money
    let shares: [Share]
}
