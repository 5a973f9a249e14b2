import Contracts
import Testing

@testable import PromoWorker

@Suite("Reasons against a code") struct PromoReasonTests {
    private let now = Timestamp.of("2025-06-01T00:00:00Z")
    private let cart = Cart(total: Money(minor: 150_000, .uah), shippingCost: .zero(.uah))

    private func codes(_ code: PromoCode, _ cart: Cart? = nil, _ customer: CustomerStanding? = nil) -> [String] {
        code.reasons(against: cart ?? self.cart, customer: customer, at: now).map(\.code.rawValue)
    }

    @Test func allAreToldInOrder() {
        var code = PromoCode.sample(.buyXGetY(buy: 2, get: 1, maxRepeats: nil))
        code.isActive = false
        code.validUntil = now
        code.maxUses = 3
        code.currentUses = 3
        code.maxUsesPerCustomer = 1
        code.customerIDs = ["cust_1"]
        code.isFirstOrder = true
        code.minOrderValue = Money(minor: 200_000, .uah)
        code.products = ["z"]
        let line = Cart.Line(productID: "a", quantity: 1, price: Money(minor: 150_000, .uah), categories: [])
        let customer = CustomerStanding(customerID: "cust_2", uses: 1, hasConfirmedOrder: true)
        #expect(
            codes(code, Cart(lines: [line], shippingCost: .zero(.uah)), customer) == [
                "inactive", "expired", "max_uses_reached", "customer_limit_reached", "customer_not_eligible",
                "not_first_order", "min_order_value_not_met", "no_eligible_items", "not_enough_items",
            ])
        #expect(
            codes(code) == [
                "inactive", "expired", "max_uses_reached", "customer_required", "min_order_value_not_met",
                "items_required",
            ])
    }

    @Test func amountsOfAnotherCurrencyAreNotCompared() throws {
        let jpy = try #require(Currency("JPY"))
        var code = PromoCode.sample(.percentage(Percent(hundredths: 1000)))
        #expect(codes(code, Cart(total: Money(minor: 5, jpy), shippingCost: .zero(jpy))).isEmpty)
        code.minOrderValue = Money(minor: 200_000, .uah)
        #expect(codes(code, Cart(total: Money(minor: 5, jpy), shippingCost: .zero(jpy))) == ["currency_mismatch"])
    }

    @Test func aCodeForNobodyInParticularAsksForNoCustomer() {
        var code = PromoCode.sample(.percentage(Percent(hundredths: 1000)))
        code.maxUsesPerCustomer = 1
        #expect(codes(code).isEmpty)
        #expect(codes(code, nil, CustomerStanding(customerID: "c", uses: 1)) == ["customer_limit_reached"])
    }

    @Test func holdingAnyFirstOrderCodeCounts() {
        var code = PromoCode.sample(.percentage(Percent(hundredths: 1000)))
        code.isFirstOrder = true
        #expect(codes(code, nil, CustomerStanding(customerID: "c")).isEmpty)
        #expect(codes(code, nil, CustomerStanding(customerID: "c", holdsFirstOrderCode: true)) == ["not_first_order"])
    }
}
