import Contracts

/// Whether a code may be used, and what it would take off (schema `PromoValidation`).
struct PromoVerdict: Sendable, Equatable, JSONEncodable {
    let code: String
    let type: PromoType?
    let reasons: [PromoReason]
    let cart: Cart
    let discount: PromoDiscount

    init(_ quote: PromoQuote, _ code: PromoCode?, customer: CustomerStanding?, at now: Timestamp) {
        self.code = quote.key.code
        cart = quote.cart
        type = code?.grant.type
        reasons = code?.reasons(against: quote.cart, customer: customer, at: now) ?? [.unknown]
        if let code, reasons.isEmpty {
            discount = code.discount(of: quote.cart)
        } else {
            discount = .none(quote.cart.currency, lines: quote.cart.lines?.count ?? 0)
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("code", code)
            $0.member("valid", reasons.isEmpty)
            $0.member("type", type)
            $0.member("reasons", array: reasons)
            $0.member("order_total", cart.total)
            $0.member("shipping_cost", cart.shippingCost)
            $0.member("discount", discount.discount)
            $0.member("shipping_discount", discount.shippingDiscount)
            $0.member(
                "total", cart.total - discount.discount + cart.shippingCost - discount.shippingDiscount)
            $0.member("currency", cart.currency)
            $0.member("allocations", array: [Redemption.Allocation](discount.shares, of: cart.lines ?? []))
        }
    }
}
