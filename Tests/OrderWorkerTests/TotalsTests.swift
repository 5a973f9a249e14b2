import Contracts
import Testing

@testable import OrderWorker

/// The tables of docs/rules.md sections 2 and 4.
@Suite struct TotalsTests {
    @Test func allCasesAreThere() {
        #expect(RulesCase.all(kind: "totals").count == 11)
        #expect(RulesCase.all(kind: "payment_status").count == 6)
        #expect(RulesCase.all(kind: "fulfilment_status").count == 3)
        #expect(RulesCase.all(kind: "unit_refunds").count == 3)
    }

    @Test(arguments: RulesCase.all(kind: "totals")) func totals(_ rule: RulesCase) throws {
        let json = rule.json
        let currency = try json.currency()
        let mode: TaxMode = try json.word("tax_mode")
        let lines = try json.list("lines").map { line in
            Sample.line(
                try line.text("product_id"), price: try line.money("price", currency),
                quantity: try line.int("quantity"), rate: try line.percent("tax_rate"), mode: mode)
        }
        let rate = try json["tax_rate"] == nil ? Percent(hundredths: 2000) : json.percent("tax_rate")
        let quote = try json.optionalMoney("delivery", currency) ?? .zero(currency)
        let order = Sample.order(lines: lines, currency: currency, taxMode: mode, taxRate: rate).priced(
            discounts: try discounts(json["promo"], lines, currency), shippingDiscount: .zero(currency), quote: quote)

        let expected = try json.child("expect")
        for (name, actual) in [
            ("subtotal", order.subtotal), ("discount", order.discount), ("shipping_cost", order.shippingCost),
            ("shipping_tax", order.shippingTax), ("tax", order.tax), ("total", order.total),
        ] {
            if let text = expected[name]?.string { #expect(actual.description == text, "\(name)") }
        }
        let byLine: [(String, (OrderLine) -> Money)] = [
            ("line_discounts", \.discount), ("line_taxes", \.tax), ("line_totals", \.total),
        ]
        for (name, value) in byLine {
            guard let texts = expected[name]?.array else { continue }
            #expect(order.lines.map { value($0).description } == texts.compactMap(\.string), "\(name)")
        }
        // Whatever the case: the parts add up.
        let exclusiveTax = mode == .exclusive ? order.tax : .zero(currency)
        #expect(order.total == order.subtotal - order.discount + order.shippingCost + exclusiveTax)
    }

    /// The shares that the owner of promo codes would give.
    private func discounts(_ promo: JSON?, _ lines: [OrderLine], _ currency: Currency) throws -> [String: Money] {
        guard let promo else { return [:] }
        let subtotals = lines.map(\.subtotal.minor)
        let sum = subtotals.reduce(0, +)
        let amount =
            try promo.text("type") == "percentage"
            ? Rounding.half(sum, times: promo.percent("value").hundredths, over: 10_000)
            : min(promo.money("value", currency).minor, sum)
        let shares = Rounding.spread(amount, over: subtotals).map { Money(minor: $0, currency) }
        return Dictionary(uniqueKeysWithValues: zip(lines.map(\.productID), shares))
    }

    @Test(arguments: RulesCase.all(kind: "payment_status")) func paymentStatus(_ rule: RulesCase) throws {
        let json = rule.json
        let attempts = try (json["attempts"]?.array ?? []).map {
            try #require(PaymentStatus(rawValue: $0.string ?? ""))
        }
        let status = OrderPaymentStatus.rollUp(
            total: try json.money("total", .uah).minor, paid: try json.money("amount_paid", .uah).minor,
            refunded: try json.money("amount_refunded", .uah).minor, attempts: attempts)
        #expect(status.rawValue == json["expect"]?.string)
    }

    @Test(arguments: RulesCase.all(kind: "fulfilment_status")) func fulfilmentStatus(_ rule: RulesCase) throws {
        let json = rule.json
        let status = FulfilmentStatus.rollUp(
            units: try json.int("units"), shipped: try json.int("shipped"), delivered: try json.int("delivered"),
            returned: try json.int("returned"))
        #expect(status.rawValue == json["expect"]?.string)
    }
}
