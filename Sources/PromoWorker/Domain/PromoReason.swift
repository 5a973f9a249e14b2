import Contracts

/// One reason against a code.
struct PromoReason: Sendable, Equatable {
    enum Code: String, Sendable, JSONEncodable {
        case unknownCode = "unknown_code"
        case inactive
        case notYetValid = "not_yet_valid"
        case expired
        case maxUsesReached = "max_uses_reached"
        case customerLimitReached = "customer_limit_reached"
        case customerRequired = "customer_required"
        case customerNotEligible = "customer_not_eligible"
        case notFirstOrder = "not_first_order"
        case currencyMismatch = "currency_mismatch"
        case minOrderValueNotMet = "min_order_value_not_met"
        case itemsRequired = "items_required"
        case noEligibleItems = "no_eligible_items"
        case notEnoughItems = "not_enough_items"
    }

    let code: Code
    let detail: String
    var missing: Money?
    var missingQuantity: Int64?

    static let unknown = PromoReason(code: .unknownCode, detail: "There is no such code.")
}

extension PromoReason: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("code", code)
            $0.member("detail", detail)
            $0.member("missing", missing)
            $0.member("missing_quantity", missingQuantity)
        }
    }
}

/// What is known of a customer when a code is tried.
struct CustomerStanding: Sendable, Equatable {
    let customerID: String
    /// Live uses of this code by the customer.
    var uses: Int64 = 0
    /// The customer has an order that was ever confirmed.
    var hasConfirmedOrder = false
    /// The customer holds a live use of any first-order code.
    var holdsFirstOrderCode = false
}

extension PromoCode {
    /// All reasons against the code, in the order of rules.md section 3; none when it may be used. Without a customer the
    /// customer rules are not tested.
    func reasons(against cart: Cart, customer: CustomerStanding?, at now: Timestamp) -> [PromoReason] {
        reasonsOfTheCode(at: now) + reasonsOfTheCustomer(customer) + reasonsOfTheCart(cart)
    }

    private func reasonsOfTheCode(at now: Timestamp) -> [PromoReason] {
        var reasons: [PromoReason] = []
        if !isActive { reasons.append(PromoReason(code: .inactive, detail: "The code is switched off.")) }
        if now < validFrom {
            reasons.append(PromoReason(code: .notYetValid, detail: "The code is valid from \(validFrom)."))
        }
        if now >= validUntil {
            reasons.append(PromoReason(code: .expired, detail: "The code was valid until \(validUntil)."))
        }
        if let maxUses, currentUses >= maxUses {
            reasons.append(PromoReason(code: .maxUsesReached, detail: "The code was used \(currentUses) times."))
        }
        return reasons
    }

    private func reasonsOfTheCustomer(_ customer: CustomerStanding?) -> [PromoReason] {
        guard let customer else {
            guard isFirstOrder || !customerIDs.isEmpty else { return [] }
            return [PromoReason(code: .customerRequired, detail: "The code is for known customers only.")]
        }
        var reasons: [PromoReason] = []
        if let maxUsesPerCustomer, customer.uses >= maxUsesPerCustomer {
            reasons.append(
                PromoReason(
                    code: .customerLimitReached, detail: "The customer has used the code \(customer.uses) times."))
        }
        if !customerIDs.isEmpty, !customerIDs.contains(customer.customerID) {
            reasons.append(PromoReason(code: .customerNotEligible, detail: "The code is for other customers."))
        }
        if isFirstOrder, customer.hasConfirmedOrder || customer.holdsFirstOrderCode {
            reasons.append(PromoReason(code: .notFirstOrder, detail: "The code is for the first order only."))
        }
        return reasons
    }

    private func reasonsOfTheCart(_ cart: Cart) -> [PromoReason] {
        var reasons: [PromoReason] = []
        if holdsAmount, cart.currency != currency {
            reasons.append(PromoReason(code: .currencyMismatch, detail: "The code is for orders in \(currency)."))
        } else if let minOrderValue, cart.total < minOrderValue {
            reasons.append(
                PromoReason(
                    code: .minOrderValueNotMet, detail: "The order must come to \(minOrderValue) \(currency) at least.",
                    missing: minOrderValue - cart.total))
        }
        guard let lines = cart.lines else {
            if isRestricted || grant.type == .buyXGetY {
                reasons.append(PromoReason(code: .itemsRequired, detail: "The lines of the order have to be known."))
            }
            return reasons
        }
        if !lines.contains(where: covers) {
            reasons.append(PromoReason(code: .noEligibleItems, detail: "The code covers no line of the order."))
        }
        if case .buyXGetY(let buy, let get, _) = grant {
            let missing = buy + get - eligibleUnits(of: lines)
            if missing > 0 {
                reasons.append(
                    PromoReason(
                        code: .notEnoughItems, detail: "\(missing) more eligible units are needed.",
                        missingQuantity: missing))
            }
        }
        return reasons
    }
}
