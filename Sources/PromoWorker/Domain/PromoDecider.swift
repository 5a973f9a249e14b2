import Contracts
import Worker

/// The rules of one promo code and its uses (rules.md section 3).
///
/// Limits are exact under any concurrency: the code's row is locked while a batch is decided, and each use that is
/// taken counts for the next decision of the batch.
struct PromoDecider: Decider {
    func decide(_ command: PromoCommand, _ state: Promo?, _ context: DecisionContext) -> Decision<PromoChange> {
        switch command {
        case .create(let draft):
            guard state?.code == nil else {
                return .refuse(Problem(.codeTaken, "The code \(draft.code) exists already."))
            }
            return .accept(
                [.created(draft.promoCode(tenant: context.tenant, at: context.now))], answer: .resource(status: 201))
        case .update(let patch): return update(patch, state, context)
        case .redeem(let key, let orderID, let customerID, let cart, let orderVersion):
            return .accept([redeem(key, orderID, customerID, cart, orderVersion, state, context)])
        case .release(let orderID, let reason, let before):
            guard var redemption = state?.redemptions[orderID], redemption.isLive,
                before.map({ redemption.orderVersion < $0 }) ?? true
            else { return .ignore }
            redemption.releasedAt = context.now
            redemption.releaseReason = reason
            return .accept([.released(redemption)])
        case .know(let customerID):
            return .accept([.customerKnown(.customers(of: context.tenant), customerID: customerID)])
        }
    }

    private func update(_ patch: PromoPatch, _ state: Promo?, _ context: DecisionContext) -> Decision<PromoChange> {
        guard let code = state?.code else { return .refuse(.notFound("promo code")) }
        if let mismatch = context.versionMismatch("promo code", code.version) { return .refuse(mismatch) }
        if let fault = patch.windowFault(of: code) { return .refuse(fault) }
        var patched = patch.applied(to: code)
        guard patched != code else { return .accept([], answer: .resource(status: 200)) }
        patched.version += 1
        patched.updatedAt = context.now
        return .accept([.updated(patched)], answer: .resource(status: 200))
    }

    private func redeem(
        _ key: PromoKey, _ orderID: Identifier, _ customerID: String, _ cart: Cart, _ orderVersion: Int64,
        _ state: Promo?, _ context: DecisionContext
    ) -> PromoChange {
        guard let state, let code = state.code else { return .rejected(key, orderID: orderID, [.unknown]) }
        if var own = state.redemptions[orderID], own.isLive {
            own.orderVersion = max(own.orderVersion, orderVersion)
            return .redeemedAgain(key, own)
        }
        let reasons = code.reasons(against: cart, customer: state.standing(of: customerID), at: context.now)
        guard reasons.isEmpty else { return .rejected(key, orderID: orderID, reasons) }
        let discount = code.discount(of: cart)
        return .redeemed(
            Redemption(
                key: key, id: context.newID(), orderID: orderID, customerID: customerID, discount: discount.discount,
                shippingDiscount: discount.shippingDiscount,
                allocations: Array(discount.shares, of: cart.lines ?? []), isFirstOrder: code.isFirstOrder,
                createdAt: context.now, orderVersion: orderVersion))
    }

    func evolve(_ state: Promo?, _ change: PromoChange, _ context: DecisionContext) -> Promo {
        switch change {
        case .created(let code), .updated(let code):
            var promo = state ?? Promo(key: PromoKey(tenant: code.tenant, code: code.code))
            promo.code = code
            return promo
        case .redeemed(let redemption): return counted(state, 1, redemption, context)
        case .released(let redemption): return counted(state, -1, redemption, context)
        case .redeemedAgain(let key, let redemption):
            var promo = state ?? Promo(key: key)
            promo.redemptions[redemption.orderID] = redemption
            return promo
        case .rejected(let key, _, _): return state ?? Promo(key: key)
        case .customerKnown(let key, let customerID):
            var promo = state ?? Promo(key: key)
            promo.knownCustomers.insert(customerID)
            return promo
        }
    }

    /// Takes or gives back one use.
    private func counted(
        _ state: Promo?, _ uses: Int64, _ redemption: Redemption, _ context: DecisionContext
    ) -> Promo {
        var promo = state ?? Promo(key: redemption.key)
        promo.redemptions[redemption.orderID] = redemption
        promo.code?.currentUses += uses
        promo.code?.version += 1
        promo.code?.updatedAt = context.now
        var standing = promo.standing(of: redemption.customerID)
        standing.uses += uses
        if redemption.isFirstOrder { standing.holdsFirstOrderCode = uses > 0 }
        promo.customers[redemption.customerID] = standing
        return promo
    }
}
