import Contracts

/// A new code as a client wrote it (schema `PromoCreate`), checked.
struct PromoDraft: Sendable, Equatable {
    let code: String
    let grant: PromoCode.Grant
    let currency: Currency
    let minOrderValue: Money?
    let maxDiscount: Money?
    let maxUses: Int64?
    let maxUsesPerCustomer: Int64?
    let validFrom: Timestamp
    let validUntil: Timestamp
    let categories: [String]
    let products: [String]
    let customerIDs: [String]
    let isFirstOrder: Bool
    let isActive: Bool
    let note: String?

    static let uses: ClosedRange<Int64> = 1...1_000_000_000
    static let usesPerCustomer: ClosedRange<Int64> = 1...1_000_000
    static let noteLength = 1...200

    /// Words of paths below `/api/v1/promo`.
    private static let reserved: Set<String> = ["VALIDATE", "APPLY"]

    func promoCode(tenant: String, at now: Timestamp) -> PromoCode {
        PromoCode(
            code: code, tenant: tenant, grant: grant, currency: currency, minOrderValue: minOrderValue,
            maxDiscount: maxDiscount, maxUses: maxUses, maxUsesPerCustomer: maxUsesPerCustomer, validFrom: validFrom,
            validUntil: validUntil, categories: categories, products: products, customerIDs: customerIDs,
            isFirstOrder: isFirstOrder, isActive: isActive, note: note, createdAt: now, updatedAt: now)
    }

    /// Reads a request's body.
    ///
    /// - Returns: The draft, or the problem that tells all faults at once.
    static func read(_ body: JSON) -> Result<PromoDraft, Refusal> {
        let input = Input(body)
        input.required().object()
        let code = input["code"].required().promoCode()
        let type: PromoType? = input["type"].required().word()
        let currency = input["currency"].currency() ?? .uah
        let grant = type.flatMap { readGrant(input, $0, currency) }
        let minOrderValue = input["min_order_value"].money(currency)
        let maxDiscount =
            type == .fixed ? input["max_discount"].notAllowed("With fixed.") : input["max_discount"].positive(currency)
        let maxUses = input["max_uses"].integer(uses)
        let maxUsesPerCustomer = input["max_uses_per_customer"].integer(usesPerCustomer)
        let validFrom = input["valid_from"].required().timestamp()
        let validUntil = input["valid_until"].required().timestamp()
        if let validFrom, let validUntil, validUntil <= validFrom {
            input["valid_until"].note("too_small", "Must be later than valid_from.")
        }
        let categories = input["categories"].uniqueIDs(0...200)
        let products = input["products"].uniqueIDs(0...1000)
        let customerIDs = input["customer_ids"].uniqueIDs(0...10_000)
        let isFirstOrder = input["is_first_order"].bool()
        let isActive = input["active"].bool()
        let note = input["description"].text(noteLength)
        guard input.faults.isEmpty, let code, let grant, let validFrom, let validUntil else {
            return .failure(Refusal(.validationFailed(input.faults)))
        }
        guard !reserved.contains(code) else {
            return .failure(Refusal(Problem(.reservedCode, "\(code) cannot be a code.")))
        }
        return .success(
            PromoDraft(
                code: code, grant: grant, currency: currency, minOrderValue: minOrderValue, maxDiscount: maxDiscount,
                maxUses: maxUses, maxUsesPerCustomer: maxUsesPerCustomer, validFrom: validFrom, validUntil: validUntil,
                categories: categories, products: products, customerIDs: customerIDs,
                isFirstOrder: isFirstOrder ?? false, isActive: isActive ?? true, note: note))
    }

    private static func readGrant(_ input: Input, _ type: PromoType, _ currency: Currency) -> PromoCode.Grant? {
        if type != .buyXGetY {
            for name in ["buy_quantity", "get_quantity", "max_repeats"] {
                _ = input[name].notAllowed("With \(type.rawValue).")
            }
        }
        switch type {
        case .percentage:
            guard let percent = input["value"].required().percent() else { return nil }
            guard percent.hundredths > 0 else {
                input["value"].note("too_small", "Must be above 0.")
                return nil
            }
            guard percent.hundredths <= 100_00 else {
                input["value"].note("too_large", "Must be at most 100.")
                return nil
            }
            return .percentage(percent)
        case .fixed: return input["value"].required().positive(currency).map { .fixed($0) }
        case .freeShipping:
            input["value"].zero(currency)
            return .freeShipping
        case .buyXGetY:
            input["value"].zero(currency)
            let buy = input["buy_quantity"].required().integer(1...1000)
            let get = input["get_quantity"].required().integer(1...1000)
            let maxRepeats = input["max_repeats"].integer(1...1000)
            guard let buy, let get else { return nil }
            return .buyXGetY(buy: buy, get: get, maxRepeats: maxRepeats)
        }
    }
}

extension Input {
    fileprivate func positive(_ currency: Currency) -> Money? {
        guard let amount = money(currency) else { return nil }
        guard amount.minor > 0 else {
            note("too_small", "Must be above 0.")
            return nil
        }
        return amount
    }

    fileprivate func zero(_ currency: Currency) {
        guard let amount = money(currency), !amount.isZero else { return }
        note("not_allowed", "Must be 0 or absent with this type.")
    }

    fileprivate func notAllowed(_ when: String) -> Money? {
        if isPresent { note("not_allowed", when) }
        return nil
    }

    fileprivate func uniqueIDs(_ count: ClosedRange<Int>) -> [String] {
        var ids: [String] = []
        var seen: Set<String> = []
        for element in array(count) ?? [] {
            guard let id = element.required().externalID() else { continue }
            guard seen.insert(id).inserted else {
                element.note("duplicate", "Is there twice.")
                continue
            }
            ids.append(id)
        }
        return ids
    }
}
