import Contracts
import Worker

/// Goods that come back (rules.md sections 6 and 8).
extension OrderRules {
    // MARK: Request

    func requestReturn(
        _ request: ReturnRequest, _ order: Order, _ context: DecisionContext
    ) -> Decision<OrderChange> {
        guard order.isVisible(context) else { return .refuse(.notFound("order")) }
        let returnable = order.returnableUnits
        guard order.status == .delivered, returnable.contains(where: { $0.value > 0 }) else {
            return .refuse(
                Problem(
                    .returnNotAllowed,
                    order.status == .delivered
                        ? "Nothing of the order is left to be returned."
                        : "Only what was delivered can be returned.", current: order.status.rawValue))
        }
        if !context.actor.isStaff, let delivered = order.deliveredAt,
            context.now > delivered.adding(terms.returnWindow)
        {
            return .refuse(
                Problem(
                    .returnWindowClosed, "The order could be returned until \(delivered.adding(terms.returnWindow)).",
                    current: order.status.rawValue))
        }
        var unknown: [FieldError] = []
        var tooMany: [FieldError] = []
        var items: [Return.Item] = []
        for (index, wanted) in request.items.enumerated() {
            guard let line = order.lines.first(where: { $0.id == wanted.line }) else {
                unknown.append(
                    FieldError(
                        pointer: "/items/\(index)/order_item_id", code: "unknown_value",
                        detail: "Is no line of the order."))
                continue
            }
            let available = returnable[line.id] ?? 0
            if wanted.quantity > available { tooMany.append(.tooMany(index, available)) }
            items.append(
                Return.Item(line: line.id, productID: line.productID, sku: line.sku, quantity: wanted.quantity))
        }
        guard unknown.isEmpty else { return .refuse(.validationFailed(unknown)) }
        guard tooMany.isEmpty else { return .refuse(.tooManyUnits(tooMany)) }
        let goods = Return(
            id: context.newID(), reason: request.reason, comment: request.comment, items: items,
            refundAmount: order.share(of: items), refunded: .zero(order.currency), createdAt: context.now,
            updatedAt: context.now)
        return .accept([.returned(goods.id, .requested(goods))], answer: .resource(status: 201))
    }

    // MARK: Decision and receipt

    func setReturnStatus(
        _ id: Identifier, _ wish: ReturnDecision, _ order: Order, _ context: DecisionContext
    ) -> Decision<OrderChange> {
        guard order.isVisible(context), let goods = order.returns.first(where: { $0.id == id }) else {
            return .refuse(.notFound("return"))
        }
        guard context.actor.isStaff else {
            return .refuse(
                Problem(.forbidden, "The role \(context.actor.type.rawValue) may not decide about returns."))
        }
        if let mismatch = context.versionMismatch("return", goods.version) { return .refuse(mismatch) }
        if goods.status == wish.status { return .accept([], answer: .resource(status: 200)) }
        if let receipt = goods.receipt, wish.status == .received {
            return Decision(answer: .reply(receipt.asker.operation))
        }
        guard ReturnTransitions.allowed(for: context.actor, goods).contains(wish.status) else {
            return .refuse(ReturnTransitions.refusal(of: wish.status, for: context.actor, goods))
        }
        switch wish.status {
        case .approved:
            return .accept(
                [.returned(id, .approved(by: context.actor, reason: wish.reason))], answer: .resource(status: 200))
        case .rejected:
            guard let reason = wish.reason else {
                return .refuse(
                    Problem(
                        .reasonRequired, "A rejection needs a reason.",
                        errors: [FieldError(pointer: "/reason", code: "required", detail: "Is required.")]))
            }
            return .accept(
                [.returned(id, .rejected(by: context.actor, reason: reason))], answer: .resource(status: 200))
        default: return receive(goods, wish, order, context)
        }
    }

    /// The payment worker knows what was refunded by units before: it works the refund out and starts it, and the return
    /// is received with its answer.
    private func receive(
        _ goods: Return, _ wish: ReturnDecision, _ order: Order, _ context: DecisionContext
    ) -> Decision<OrderChange> {
        var faults: [FieldError] = []
        var tooMany: [FieldError] = []
        for (index, accepted) in wish.accepted.enumerated() {
            if let item = goods.items.first(where: { $0.line == accepted.line }) {
                if accepted.quantity > item.quantity { tooMany.append(.tooMany(index, item.quantity)) }
            } else {
                faults.append(
                    FieldError(
                        pointer: "/items/\(index)/order_item_id", code: "unknown_value",
                        detail: "Is no line of the return."))
            }
        }
        guard faults.isEmpty else { return .refuse(.validationFailed(faults)) }
        guard tooMany.isEmpty else { return .refuse(.tooManyUnits(tooMany)) }
        let accepted = goods.items.map { item in
            wish.accepted.first { $0.line == item.line }
                ?? Return.Receipt.Accepted(line: item.line, quantity: item.quantity, restock: true)
        }
        let body = JSONWriter.object(capacity: 2048) {
            $0.member("order", raw: order.document)
            $0.member("return_id", goods.id)
            $0.member("reason", "return")
            $0.name("items")
            $0.array(accepted) { writer, units in
                writer.object {
                    $0.member("order_item_id", units.line)
                    $0.member("quantity", units.quantity)
                }
            }
        }
        return Decision(
            [
                .returned(
                    goods.id, .receiving(.init(asker: context.asker, by: context.actor, items: accepted)))
            ], answer: .later, sends: [context.message("payment.refund_order", body)])
    }

    // MARK: Money

    /// The refund has been worked out and started: now the return is received.
    func refundPlanned(_ plan: RefundPlan, _ order: Order) -> Decision<OrderChange> {
        guard let goods = order.returns.first(where: { $0.id == plan.returnID }), let receipt = goods.receipt else {
            return .ignore
        }
        var changes: [OrderChange] = [.returned(goods.id, .received(plan, by: receipt.by))]
        // The news of the money may have come first.
        if goods.refunded >= plan.amount { changes.append(.returned(goods.id, .refunded)) }
        return Decision(changes, resolutions: [(receipt.asker.id, .resource(status: 200))])
    }

    /// What a completed refund means for the return that it belongs to.
    func returnPaid(_ refund: PaymentNews.Refund, _ order: Order) -> [OrderChange] {
        guard let goods = order.returns.first(where: { $0.id == refund.returnID }) else { return [] }
        let isWhole = goods.status == .received && goods.refunded + refund.amount >= goods.refundAmount
        return [.returned(goods.id, .moneyReturned(refund.amount))]
            + (isWhole ? [.returned(goods.id, .refunded)] : [])
    }
}

extension Order {
    /// Units of each line that were delivered and are in no return that was not rejected.
    fileprivate var returnableUnits: [Identifier: Int64] {
        var units: [Identifier: Int64] = [:]
        for line in lines {
            let taken = returns.reduce(0) { $0 + $1.taken(line.id) }
            units[line.id] = max(0, line.shippedQuantity - carriedBack(line.id, .returning, .returned) - taken)
        }
        return units
    }

    /// What units would give back now, after what was refunded by units before; at most what is left of the money.
    fileprivate func share(of items: [Return.Item]) -> Money {
        let sum = items.reduce(Money.zero(currency)) { sum, item in
            guard let line = lines.first(where: { $0.id == item.line }) else { return sum }
            return sum + line.share(of: item.quantity, after: refundedUnits[line.id] ?? 0)
        }
        let left = amountPaid - amountRefunded
        return sum < left ? sum : left
    }
}

extension OrderLine {
    /// What `count` units give back when `before` were refunded already; all shares add up to the total (rules.md
    /// section 6). Units beyond the line's give nothing.
    func share(of count: Int64, after before: Int64) -> Money {
        func part(_ units: Int64) -> Int64 { Rounding.half(total.minor, times: min(units, quantity), over: quantity) }
        return Money(minor: part(before + count) - part(before), total.currency)
    }
}

extension FieldError {
    fileprivate static func tooMany(_ index: Int, _ available: Int64) -> FieldError {
        FieldError(
            pointer: "/items/\(index)/quantity", code: ProblemCode.quantityExceedsAvailable.rawValue,
            detail: "At most \(available).", availableQuantity: available)
    }
}

extension Problem {
    fileprivate static func tooManyUnits(_ errors: [FieldError]) -> Problem {
        Problem(.quantityExceedsAvailable, "More units than can be returned.", errors: errors)
    }
}
