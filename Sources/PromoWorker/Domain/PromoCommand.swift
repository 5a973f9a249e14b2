import Contracts

/// Everything that can happen to a promo code.
enum PromoCommand: Sendable {
    case create(PromoDraft)
    case update(PromoPatch)
    /// An order wants to use the code. `orderVersion`: of the order when it asked, 0 before it existed.
    case redeem(PromoKey, orderID: Identifier, customerID: String, Cart, orderVersion: Int64 = 0)
    /// An order gives its use back; without one nothing happens. `before`: only if it was not asked for at this version of
    /// the order, or later.
    case release(orderID: Identifier, Redemption.ReleaseReason, before: Int64? = nil)
    /// A customer has an order that was confirmed. Goes to ``PromoKey/customers(of:)``.
    case know(customerID: String)
}

/// What then became true.
enum PromoChange: Sendable, Equatable {
    case created(PromoCode)
    /// The code as it is after a person changed it.
    case updated(PromoCode)
    case redeemed(Redemption)
    /// The order had its use already: told again, nothing taken. The version it asked at is the later one.
    case redeemedAgain(PromoKey, Redemption)
    /// The order may not use the code. Changes nothing.
    case rejected(PromoKey, orderID: Identifier, [PromoReason])
    case released(Redemption)
    case customerKnown(PromoKey, customerID: String)
}
