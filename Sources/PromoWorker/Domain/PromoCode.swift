import Contracts

/// A promo code as it stands (schema `PromoCode`).
struct PromoCode: Sendable, Equatable {
    /// What a code grants (rules.md section 3).
    enum Grant: Sendable, Equatable {
        case percentage(Percent)
        case fixed(Money)
        case freeShipping
        /// - Parameter maxRepeats: nil is without limit.
        case buyXGetY(buy: Int64, get: Int64, maxRepeats: Int64?)

        var type: PromoType {
            switch self {
            case .percentage: .percentage
            case .fixed: .fixed
            case .freeShipping: .freeShipping
            case .buyXGetY: .buyXGetY
            }
        }
    }

    /// In upper case.
    let code: String
    let tenant: String
    let grant: Grant
    /// Of the amounts that the code holds.
    let currency: Currency
    var minOrderValue: Money?
    var maxDiscount: Money?
    var maxUses: Int64?
    var maxUsesPerCustomer: Int64?
    /// Uses taken and not given back.
    var currentUses: Int64 = 0
    var validFrom: Timestamp
    /// The first instant after validity.
    var validUntil: Timestamp
    var categories: [String] = []
    var products: [String] = []
    /// Empty: for everybody.
    var customerIDs: [String] = []
    var isFirstOrder = false
    var isActive = true
    var note: String?
    var version: Int64 = 1
    let createdAt: Timestamp
    var updatedAt: Timestamp

    /// Whether some lines of a cart may be left out.
    var isRestricted: Bool { !categories.isEmpty || !products.isEmpty }

    /// Whether an amount of the code has to be compared with amounts of the cart.
    var holdsAmount: Bool {
        if case .fixed = grant { return true }
        return minOrderValue != nil || maxDiscount != nil
    }

    /// Codes are compared without case; what is no ASCII letter cannot be part of one and stays.
    static func canonical(_ text: String) -> String {
        String(decoding: text.utf8.map { (97...122).contains($0) ? $0 - 32 : $0 }, as: UTF8.self)
    }
}

extension PromoCode: JSONEncodable {
    /// The `value` of the contract: a percentage, an amount, or 0 in the currency's form.
    private var value: String {
        switch grant {
        case .percentage(let percent): percent.description
        case .fixed(let amount): amount.description
        case .freeShipping, .buyXGetY: Money.zero(currency).description
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("code", code)
            $0.member("tenant_id", tenant)
            $0.member("type", grant.type)
            $0.member("value", value)
            $0.member("currency", currency)
            if case .buyXGetY(let buy, let get, let maxRepeats) = grant {
                $0.member("buy_quantity", buy)
                $0.member("get_quantity", get)
                $0.member("max_repeats", maxRepeats)
            }
            $0.member("min_order_value", minOrderValue)
            $0.member("max_discount", maxDiscount)
            $0.member("max_uses", maxUses)
            $0.member("max_uses_per_customer", maxUsesPerCustomer)
            $0.member("current_uses", currentUses)
            $0.member("valid_from", validFrom)
            $0.member("valid_until", validUntil)
            if !categories.isEmpty { $0.member("categories", array: categories) }
            if !products.isEmpty { $0.member("products", array: products) }
            if !customerIDs.isEmpty { $0.member("customer_ids", array: customerIDs) }
            $0.member("is_first_order", isFirstOrder)
            $0.member("active", isActive)
            $0.member("description", note)
            $0.member("version", version)
            $0.member("created_at", createdAt)
            $0.member("updated_at", updatedAt)
        }
    }
}
