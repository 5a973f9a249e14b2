import Contracts
import Worker

/// A promo code for an order that is there already (rules.md section 3). The order remembers what is under way.
extension OrderRules {
    /// `promo.apply`.
    func applyPromo(_ code: String, _ order: Order, _ context: DecisionContext) -> Decision<OrderChange> {
        guard order.isVisible(context) else { return .refuse(.notFound("order")) }
        if let mismatch = context.versionMismatch("order", order.version) { return .refuse(mismatch) }
        if order.promoCode == code, order.redemptionID != nil, order.status != .cancelled, order.status != .refunded {
            return .accept([], answer: .resource(status: 200))
        }
        if let refusal = order.refusalOfPromoCodes { return .refuse(refusal) }
        if let other = order.promoCode, other != code {
            return .refuse(Problem(.promoAlreadyApplied, "The order has the code \(other)."))
        }
        if let application = order.applying { return join(application, code, context) }
        let request = redemption(
            of: code, order, shipping: order.shippingCost + order.shippingDiscount, orderVersion: order.version, context
        )
        let application = PromoApplication(
            id: request.id, code: code, orderVersion: order.version, askers: [context.asker])
        return Decision(
            [.promoApplicationBegun(application)], answer: .later, sends: [request],
            timers: [
                .set(
                    "application", subject: order.id.description, tenant: order.tenant,
                    at: context.now.adding(Self.patience))
            ])
    }

    private func join(
        _ application: PromoApplication, _ code: String, _ context: DecisionContext
    ) -> Decision<OrderChange> {
        guard application.code == code else {
            return .refuse(
                Problem(
                    .promoAlreadyApplied, "The code \(application.code) is being applied to the order.", retryAfter: 1))
        }
        if application.askers.count >= PromoApplication.askerLimit, let first = application.askers.first {
            return Decision(answer: .reply(first.operation))
        }
        var joined = application
        joined.askers.append(context.asker)
        return Decision([.promoApplicationBegun(joined)], answer: .later)
    }

    // MARK: What the promo worker says

    /// A use that the order did not wait for any more is given back, unless the order holds it or asks for it anew.
    func redeemed(_ grant: PromoGrant, _ order: Order, _ context: DecisionContext) -> Decision<OrderChange> {
        guard let application = order.applying, application.id == grant.event.causationID else {
            let isHeld = order.promoCode == grant.code && order.status != .cancelled
            let version = order.applying?.orderVersion ?? order.version
            return Decision(
                [.heard(grant.event)], sends: isHeld ? [] : [release(grant, orderVersion: version, context)])
        }
        var changes = [OrderChange.promoApplied(grant)]
        if order.taking(grant).total.isZero {
            changes.append(.confirmed(paymentID: nil, by: .system, reason: nil))
        }
        let isNew = order.promoCode == nil
        let answers = application.askers.enumerated().map { place, asker in
            (asker.id, Decision<OrderChange>.Answer.resource(status: isNew && place == 0 ? 201 : 200))
        }
        return Decision(
            changes + [.heard(grant.event)], timers: [Self.clearApplication(of: order)], resolutions: answers)
    }

    func rejected(_ reasons: [FieldError], cause: Identifier?, _ order: Order) -> Decision<OrderChange> {
        guard let application = order.applying, application.id == cause else { return .ignore }
        let errors = reasons.map { reason in
            var error = reason
            error.pointer = "/code"
            return error
        }
        return giveUp(application, order, .promoNotEligible(application.code, errors, order.currency))
    }

    // MARK: The end of it

    func applicationTimedOut(_ order: Order) -> Decision<OrderChange> {
        order.applying.map { giveUp($0, order, Self.silence) } ?? .ignore
    }

    /// The application comes to nothing. A use that is taken all the same is given back when the order hears of it.
    func giveUp(
        _ application: PromoApplication, _ order: Order, _ problem: Problem
    ) -> Decision<OrderChange> {
        Decision(
            [.promoApplicationEnded], timers: [Self.clearApplication(of: order)],
            resolutions: application.askers.map { ($0.id, .refusal(problem)) })
    }

    /// What an order decides otherwise ends an application: its end, its confirmation, the first step of a payment.
    func endingApplication(
        _ decision: Decision<OrderChange>, _ order: Order, _ context: DecisionContext
    ) -> Decision<OrderChange> {
        guard let application = order.applying, !decision.changes.isEmpty else { return decision }
        var after = order
        for change in decision.changes { after.apply(change, context) }
        guard after.applying?.id == application.id, let refusal = after.refusalOfPromoCodes else { return decision }
        let end = giveUp(application, order, refusal)
        var decision = decision
        decision.changes += end.changes
        decision.timers += end.timers
        decision.resolutions += end.resolutions
        return decision
    }

    private static func clearApplication(of order: Order) -> TimerChange {
        .clear("application", subject: order.id.description, tenant: order.tenant)
    }
}
