import Contracts

/// What a code takes off a cart.
struct PromoDiscount: Sendable, Equatable {
    /// Off the lines together.
    var discount: Money
    /// Off the delivery.
    var shippingDiscount: Money
    /// One share for each line of the cart, in its order; empty when only the sum is known.
    var shares: [Money]

    static func none(_ currency: Currency, lines: Int) -> PromoDiscount {
        let zero = Money.zero(currency)
        return PromoDiscount(
            discount: zero, shippingDiscount: zero, shares: Array(repeating: zero, count: lines))
    }
}

extension PromoCode {
    /// Whether the code's discount may touch a line.
    func covers(_ line: Cart.Line) -> Bool {
        !isRestricted || products.contains(line.productID) || line.categories.contains { categories.contains($0) }
    }

    /// The discount of rules.md section 3, for a cart against which there is no ``PromoReason``.
    func discount(of cart: Cart) -> PromoDiscount {
        let currency = cart.currency
        var result = PromoDiscount.none(currency, lines: cart.lines?.count ?? 0)
        let eligible = cart.lines?.map { covers($0) ? $0.subtotal : 0 } ?? [cart.total.minor]
        let base = eligible.reduce(0, +)
        switch grant {
        case .percentage(let percent):
            let amount = atMostMaximum(Rounding.half(base, times: percent.hundredths, over: 10_000))
            result.discount = Money(minor: amount, currency)
            share(amount, over: eligible, &result)
        case .fixed(let value):
            let amount = min(value.minor, base)
            result.discount = Money(minor: amount, currency)
            share(amount, over: eligible, &result)
        case .freeShipping:
            result.shippingDiscount = Money(minor: atMostMaximum(cart.shippingCost.minor), currency)
        case .buyXGetY(let buy, let get, let maxRepeats):
            var free = freeUnits(of: cart.lines ?? [], buy: buy, get: get, maxRepeats: maxRepeats)
            let sum = free.reduce(0, +)
            let amount = atMostMaximum(sum)
            if amount < sum { free = Rounding.spread(amount, over: free) }
            result.discount = Money(minor: amount, currency)
            result.shares = free.map { Money(minor: $0, currency) }
        }
        return result
    }

    private func atMostMaximum(_ minor: Int64) -> Int64 { maxDiscount.map { min($0.minor, minor) } ?? minor }

    private func share(_ amount: Int64, over subtotals: [Int64], _ result: inout PromoDiscount) {
        guard !result.shares.isEmpty else { return }
        result.shares = Rounding.spread(amount, over: subtotals).map { Money(minor: $0, result.discount.currency) }
    }

    /// The price of the free units of each line: the cheapest eligible ones, ties by product id in byte order.
    private func freeUnits(of lines: [Cart.Line], buy: Int64, get: Int64, maxRepeats: Int64?) -> [Int64] {
        let units = eligibleUnits(of: lines)
        var left = min(units / (buy + get), maxRepeats ?? .max) * get
        var free = lines.map { _ in Int64(0) }
        let cheapestFirst = lines.indices.filter { covers(lines[$0]) }.sorted {
            let (first, second) = (lines[$0], lines[$1])
            guard first.price == second.price else { return first.price < second.price }
            return first.productID.utf8.lexicographicallyPrecedes(second.productID.utf8)
        }
        for index in cheapestFirst where left > 0 {
            let count = min(left, lines[index].quantity)
            free[index] = lines[index].price.minor * count
            left -= count
        }
        return free
    }

    func eligibleUnits(of lines: [Cart.Line]) -> Int64 {
        lines.reduce(0) { $0 + (covers($1) ? $1.quantity : 0) }
    }
}
