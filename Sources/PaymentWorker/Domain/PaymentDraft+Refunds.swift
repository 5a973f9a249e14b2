import Contracts
import Worker

extension PaymentDraft {
    /// Starts a refund by itself.
    mutating func giveBack(_ amount: Money, of id: Identifier, reason: RefundReason, isSurplus: Bool = false) {
        apply(
            .refundRequested(
                id,
                Refund(
                    id: context.newID(), amount: amount, reason: reason, isSurplus: isSurplus, createdBy: .system,
                    createdAt: context.now)))
    }

    /// `payment.refund`: reserves the sum and asks the provider; the asker waits for its answer.
    mutating func refund(_ request: RefundRequest) {
        guard let payment = state.payment(request.payment), let order = state.order,
            payment.tenant == context.tenant, context.actor.maySee(customer: payment.customerID)
        else { return refuse(.notFound("payment")) }
        guard context.actor.isStaff else {
            return refuse(Problem(.forbidden, "The role \(context.actor.type.rawValue) may not refund payments."))
        }
        if let expected = request.expectedVersions, !EntityTag.matches(expected, version: payment.version) {
            return refuse(
                Problem(
                    .versionMismatch, "The payment is at version \(payment.version).",
                    current: String(payment.version)))
        }
        guard payment.isTaken, payment.refunded < payment.amount else {
            return refuse(
                Problem(.notRefundable, "No money is left to be returned.", current: payment.status.rawValue))
        }
        guard !payment.refunds.contains(where: { $0.status == .unknown }) else {
            return refuse(
                Problem(
                    .refundOutcomeUnknown, "The outcome of an earlier refund is not known yet.",
                    current: payment.status.rawValue))
        }
        switch plan(request, payment, order) {
        case .failure(let refusal): refuse(refusal.problem)
        case .success(var refund):
            refund.askedBy = context.message.id
            apply(.refundRequested(payment.id, refund))
            decision.answer = .later
        }
    }

    private mutating func refuse(_ problem: Problem) { decision.answer = .refusal(problem) }

    /// How much goes back: by units, by amount, or all that remains.
    private func plan(
        _ request: RefundRequest, _ payment: Payment, _ order: OrderSnapshot
    ) -> Result<Refund, RefundRefusal> {
        let none = Money.zero(payment.currency)
        var amount = payment.refundable
        var shipping: Money?
        if let text = request.amount?.scalarText {
            do {
                amount = try Money(text: text, payment.currency)
            } catch {
                return .failure(.field("/amount", error.rawValue, "Must be an amount in \(payment.currency)."))
            }
            guard amount > none else { return .failure(.field("/amount", "too_small", "Must be more than 0.")) }
        } else if !request.units.isEmpty {
            amount = none
            for (index, units) in request.units.enumerated() {
                guard let line = order.lines.first(where: { $0.id == units.line }) else {
                    return .failure(
                        .field("/items/\(index)/order_item_id", "unknown_value", "Is no line of the order."))
                }
                let before = state.refundedUnits(of: line.id)
                guard before + units.quantity <= line.quantity else {
                    return .failure(.quantity(index, available: line.quantity - before))
                }
                amount += line.share(from: before, count: units.quantity)
            }
            if request.includesShipping {
                let rest = order.shipping - state.refundedShipping(payment.currency)
                shipping = rest > none ? rest : none
                amount += rest > none ? rest : none
            }
        }
        guard amount <= payment.refundable, amount > none else {
            return .failure(.exceeds(payment.refundable))
        }
        return .success(
            Refund(
                id: context.newID(), amount: amount, reason: request.reason, isSurplus: false, units: request.units,
                shipping: shipping, comment: request.comment, createdBy: context.actor, createdAt: context.now))
    }

    /// The provider's answer to a refund.
    mutating func settle(_ refundID: Identifier, of id: Identifier, _ answer: RefundAnswer) {
        guard let payment = state.payment(id), let refund = payment.refund(refundID), refund.status.isOpen else {
            return
        }
        switch answer {
        case .completed(let transactionID): complete(refund, of: id, transactionID: transactionID)
        case .refused(let code, let message):
            apply(.refundFailed(id, refund: refundID, code: code, message: message))
            answerAsker(of: refund, payment: id)
        case .accepted, .unknown:
            apply(.refundPending(id, refund: refundID, isUnknown: answer == .unknown && !refund.isAccepted))
            setRefundCheck(refund, of: payment)
            answerAsker(of: refund, payment: id)
        }
    }

    mutating func complete(_ refund: Refund, of id: Identifier, transactionID: String?) {
        apply(.refundCompleted(id, refund: refund.id, transactionID: transactionID))
        answerAsker(of: refund, payment: id)
    }

    private mutating func answerAsker(of refund: Refund, payment id: Identifier) {
        guard let asker = refund.askedBy, let payment = state.payment(id), let settled = payment.refund(refund.id)
        else { return }
        decision.resolutions.append((asker, .reply(.refund(settled, of: payment))))
    }

    /// Looks up a refund that is still open; sends it again only when the provider knows nothing of it.
    mutating func lookUp(_ refundID: Identifier, of id: Identifier) {
        guard let payment = state.payment(id), let refund = payment.refund(refundID), refund.status.isOpen,
            refund.isSent
        else { return }
        send(refund, of: payment, id: context.derivedID("refund.check"), verify: true)
    }

    /// Takes over the order worker's word. An order that has ended keeps no open payment and no money; one that has become
    /// cheaper keeps no page that asks for more than is due.
    mutating func note(_ heard: OrderSnapshot) {
        let known = state.order
        let order = known?.merged(with: heard) ?? heard
        let hadEnded = known.map { !$0.isPayable } ?? false
        if order != known { apply(.orderNoted(order)) }
        if order.isPayable, let known, order.total < known.total {
            let balance = state.balance(of: order)
            for payment in state.payments where payment.status == .pending && payment.amount > balance {
                apply(.voided(payment.id))
            }
        }
        guard !order.isPayable, !hadEnded else { return }
        for payment in state.payments {
            if payment.status == .pending { apply(.voided(payment.id)) }
            if payment.refundable > .zero(order.currency) {
                // Of a refunded order only what came while it ended is left.
                giveBack(
                    payment.refundable, of: payment.id,
                    reason: order.status == .cancelled ? .cancelled : .latePayment)
            }
        }
    }
}

extension OrderSnapshot.Line {
    /// What `count` units give back after `before` were given back already; all shares add up to the total
    /// (rules.md section 6).
    func share(from before: Int64, count: Int64) -> Money {
        func part(_ units: Int64) -> Int64 { Rounding.half(total.minor, times: units, over: quantity) }
        return Money(minor: part(before + count) - part(before), total.currency)
    }
}

private struct RefundRefusal: Error {
    let problem: Problem

    static func field(_ pointer: String, _ code: String, _ detail: String) -> RefundRefusal {
        RefundRefusal(problem: .validationFailed([FieldError(pointer: pointer, code: code, detail: detail)]))
    }

    static func quantity(_ index: Int, available: Int64) -> RefundRefusal {
        let detail = "At most \(available)."
        return RefundRefusal(
            problem: Problem(
                .quantityExceedsAvailable, detail,
                errors: [
                    FieldError(
                        pointer: "/items/\(index)/quantity", code: "too_large", detail: detail,
                        availableQuantity: available)
                ]))
    }

    static func exceeds(_ available: Money) -> RefundRefusal {
        RefundRefusal(
            problem: Problem(
                .refundExceedsRefundable, "At most \(available) \(available.currency) can be returned.",
                errors: [FieldError(pointer: "/amount", code: "too_large", detail: "At most \(available).")],
                available: available))
    }
}
