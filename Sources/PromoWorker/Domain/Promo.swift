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

    /// Whether there can be such a code; others need not be looked for (and U+0000 cannot be sent to the database).
    var isPossible: Bool {
        (1...32).contains(code.utf8.count)
            && code.utf8.allSatisfy { byte in
                (65...90).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            }
    }

    /// In byte order, as the database sorts these columns.
    static func < (left: PromoKey, right: PromoKey) -> Bool {
        if left.tenant != right.tenant { return left.tenant.utf8.lexicographicallyPrecedes(right.tenant.utf8) }
        return left.code.utf8.lexicographicallyPrecedes(right.code.utf8)
    }
}
