import Contracts

/// The arithmetic of an order (rules.md section 2).
enum OrderPricing {
    /// Tax of a net amount in the given mode.
    static func tax(of net: Money, rate: Percent, mode: TaxMode) -> Money {
        switch mode {
        case .inclusive:
            Money(minor: Rounding.half(net.minor, times: rate.hundredths, over: 10_000 + rate.hundredths), net.currency)
        case .exclusive: Money(minor: Rounding.half(net.minor, times: rate.hundredths, over: 10_000), net.currency)
        case .none: .zero(net.currency)
        }
    }

    /// A line with its share of the discount.
    static func line(_ line: OrderLine, discount: Money, mode: TaxMode) -> OrderLine {
        var priced = line
        let net = line.subtotal - discount
        priced.discount = discount
        priced.tax = tax(of: net, rate: line.taxRate, mode: mode)
        priced.total = mode == .exclusive ? net + priced.tax : net
        return priced
    }
}

extension Order {
    /// The order with the discounts of a promo code and the price of the delivery.
    /// `discounts` are by product (one without entry has none), `quote` is the delivery's price before discount.
    func priced(discounts: [String: Money], shippingDiscount: Money, quote: Money) -> Order {
        var order = self
        order.lines = lines.map {
            OrderPricing.line($0, discount: discounts[$0.productID] ?? .zero(currency), mode: taxMode)
        }
        order.shippingDiscount = shippingDiscount
        order.shippingCost = quote - shippingDiscount
        order.shippingTax = OrderPricing.tax(of: order.shippingCost, rate: taxRate, mode: taxMode)
        return order
    }
}
