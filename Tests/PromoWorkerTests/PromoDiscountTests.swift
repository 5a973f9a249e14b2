import Contracts
import Testing

@testable import PromoWorker

@Suite("Promo arithmetic") struct PromoDiscountTests {
    @Test func casesAreThere() throws {
        #expect(try PromoCase.all(kind: "totals").count == 18)
        #expect(try PromoCase.all(kind: "window").count == 1)
    }

    @Test(arguments: try PromoCase.all(kind: "totals"))
    func workedCase(_ example: PromoCase) throws {
        let cart = try example.cart()
        let code = try example.promoCode()
        let expect = try example.json.child("expect")
        let reasons = code.reasons(against: cart, customer: nil, at: .of("2025-06-01T00:00:00Z"))
        #expect(reasons.map(told) == (expect["reasons"]?.array ?? []).map { $0.array?.compactMap(\.scalarText) ?? [] })
        let discount =
            reasons.isEmpty
            ? code.discount(of: cart) : .none(cart.currency, lines: cart.lines?.count ?? 0)
        let shares = discount.shares.map(\.description)
        if let lines = expect["line_discounts"]?.array { #expect(shares == lines.compactMap(\.string)) }
        if let text = expect["discount"]?.string { #expect(discount.discount.description == text) }
        if let text = expect["shipping_discount"]?.string {
            #expect(discount.shippingDiscount.description == text)
        }
        #expect(discount.shares.reduce(0) { $0 + $1.minor } == discount.discount.minor)
        if example.json["tax_mode"]?.string != "exclusive", let total = expect["total"]?.string {
            let sum = cart.total - discount.discount + cart.shippingCost - discount.shippingDiscount
            #expect(sum.description == total)
        }
    }

    private func told(_ reason: PromoReason) -> [String] {
        [reason.code.rawValue]
            + [reason.missing?.description, reason.missingQuantity.map { String($0) }].compactMap { $0 }
    }

    @Test func window() throws {
        for example in try PromoCase.all(kind: "window") {
            var code = PromoCode.sample(.freeShipping)
            code.validFrom = try example.json.time("valid_from")
            code.validUntil = try example.json.time("valid_until")
            guard case .object(let instants) = try example.json.child("expect") else {
                Issue.record("no instants")
                return
            }
            #expect(instants.count == 4)
            for instant in instants {
                let cart = Cart(total: .zero(.uah), shippingCost: .zero(.uah))
                let reasons = code.reasons(against: cart, customer: nil, at: .of(instant.name))
                #expect(reasons.map(\.code.rawValue) == instant.value.array?.compactMap(\.string))
            }
        }
    }

    @Test func buyXGetYDoesNotDependOnTheOrderOfLinesAndBreaksTiesByProduct() {
        let lines = [("b", 5000), ("a", 5000), ("c", 9000)].map {
            Cart.Line(productID: $0.0, quantity: 1, price: Money(minor: $0.1, .uah), categories: [])
        }
        let code = PromoCode.sample(.buyXGetY(buy: 2, get: 1, maxRepeats: nil))
        for rotation in 0..<3 {
            let turned = Array(lines[rotation...] + lines[..<rotation])
            let shares = code.discount(of: Cart(lines: turned, shippingCost: .zero(.uah))).shares
            let free = zip(turned, shares).filter { !$1.isZero }.map { $0.0.productID }
            #expect(free == ["a"])
        }
    }

    @Test func buyXGetYIsCutToTheMaximumAndSpread() {
        var code = PromoCode.sample(.buyXGetY(buy: 1, get: 1, maxRepeats: nil))
        code.maxDiscount = Money(minor: 10_000, .uah)
        let lines = [
            Cart.Line(productID: "a", quantity: 2, price: Money(minor: 6_000, .uah), categories: []),
            Cart.Line(productID: "b", quantity: 2, price: Money(minor: 9_000, .uah), categories: []),
        ]
        let discount = code.discount(of: Cart(lines: lines, shippingCost: .zero(.uah)))
        // Two of four units are free, both of a: 120.00, cut to 100.00.
        #expect(discount.discount.description == "100.00")
        #expect(discount.shares.map(\.description) == ["100.00", "0.00"])
    }

    @Test func linesOfOneProductAreMergedAndAllocatedOnce() {
        let lines = [("a", 3333), ("b", 100), ("a", 3333), ("a", 200)].map {
            Cart.Line(productID: $0.0, quantity: 1, price: Money(minor: $0.1, .uah), categories: [])
        }
        let cart = Cart(lines: lines, shippingCost: .zero(.uah))
        #expect(cart.lines?.map(\.quantity) == [2, 1, 1])
        #expect(cart.total.minor == 6966)
        let discount = PromoCode.sample(.percentage(Percent(hundredths: 1000))).discount(of: cart)
        let allocations = [Redemption.Allocation](discount.shares, of: cart.lines ?? [])
        #expect(allocations.map(\.productID) == ["a", "b"])
        #expect(allocations.reduce(0) { $0 + $1.discount.minor } == 697)
    }
}
