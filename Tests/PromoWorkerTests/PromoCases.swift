import Contracts
import Foundation
import Testing

@testable import PromoWorker

/// The worked cases of rules.md sections 2 and 3 in which a promo code takes part.
struct PromoCase: Sendable, CustomTestStringConvertible {
    let id: String
    let json: JSON

    var testDescription: String { id }

    static func all(kind: String) throws -> [PromoCase] {
        let text = try Fixture.text("promo_cases.jsonl")
        return try text.split(separator: "\n").map { line in
            let json = try JSONParser.parse(String(line))
            return PromoCase(id: try json.text("id"), json: json)
        }.filter { $0.json["kind"]?.string == kind }
    }

    func cart() throws -> Cart {
        let currency = try json.currency()
        let lines = try json.list("lines").map {
            Cart.Line(
                productID: try $0.text("product_id"), quantity: try $0.int("quantity"),
                price: try $0.money("price", currency),
                categories: $0["categories"]?.array?.compactMap(\.string) ?? [])
        }
        return Cart(lines: lines, shippingCost: try json.optionalMoney("delivery", currency) ?? .zero(currency))
    }

    func promoCode() throws -> PromoCode {
        let currency = try json.currency()
        let promo = try json.child("promo")
        let grant: PromoCode.Grant =
            switch try promo.word("type", as: PromoType.self) {
            case .percentage: .percentage(try promo.percent("value"))
            case .fixed: .fixed(try promo.money("value", currency))
            case .freeShipping: .freeShipping
            case .buyXGetY:
                .buyXGetY(
                    buy: try promo.int("buy_quantity"), get: try promo.int("get_quantity"),
                    maxRepeats: promo["max_repeats"]?.int)
            }
        var code = PromoCode.sample(grant, currency)
        code.minOrderValue = try promo.optionalMoney("min_order_value", currency)
        code.maxDiscount = try promo.optionalMoney("max_discount", currency)
        code.products = promo["products"]?.array?.compactMap(\.string) ?? []
        code.categories = promo["categories"]?.array?.compactMap(\.string) ?? []
        return code
    }
}

enum Fixture {
    struct Missing: Error {
        let name: String
    }

    static func text(_ name: String) throws -> String {
        guard let url = Foundation.Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Fixtures")
        else { throw Missing(name: name) }
        return try String(contentsOf: url, encoding: .utf8)
    }
}

extension Timestamp {
    /// Of a literal; a wrong one gives the start of time, which no test expects.
    static func of(_ text: String) -> Timestamp { Timestamp(text) ?? Timestamp(milliseconds: 0) }
}

extension PromoCode {
    /// A code without limits that is valid all through 2025.
    static func sample(_ grant: Grant, _ currency: Currency = .uah) -> PromoCode {
        PromoCode(
            code: "SUMMER20", tenant: "default", grant: grant, currency: currency,
            validFrom: .of("2025-01-01T00:00:00Z"), validUntil: .of("2026-01-01T00:00:00Z"),
            createdAt: .of("2025-01-01T00:00:00Z"), updatedAt: .of("2025-01-01T00:00:00Z"))
    }
}
