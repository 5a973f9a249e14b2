import Contracts

/// A promo code with what a decision needs to know of its uses. Only the orders and customers that the messages of one
/// batch name are loaded.
struct Promo: Sendable, Equatable {
    let key: PromoKey
    /// nil: there is no such code. A refusal of an unknown code leaves such a state behind; it is not stored.
    var code: PromoCode?
    var redemptions: [Identifier: Redemption] = [:]
    var customers: [String: CustomerStanding] = [:]
    /// Customers whose order was confirmed, as told by the messages of this batch.
    var knownCustomers: Set<String> = []

    /// What is known of a customer; a customer that was not found has used nothing.
    func standing(of customerID: String) -> CustomerStanding {
        customers[customerID] ?? CustomerStanding(customerID: customerID)
    }
}

struct PromoKey: Hashable, Comparable, Sendable {
    let tenant: String
    /// In upper case.
    let code: String

    /// Not a code: where it is noted which customers of a tenant had an order confirmed.
    static func customers(of tenant: String) -> PromoKey { PromoKey(tenant: tenant, code: "") }

    /// In byte order, as the database sorts these columns.
    static func < (left: PromoKey, right: PromoKey) -> Bool {
        if left.tenant != right.tenant { return left.tenant.utf8.lexicographicallyPrecedes(right.tenant.utf8) }
        return left.code.utf8.lexicographicallyPrecedes(right.code.utf8)
    }
}
