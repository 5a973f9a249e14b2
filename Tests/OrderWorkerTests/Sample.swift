import Contracts
import Worker

@testable import OrderWorker

/// Orders to start from.
enum Sample {
    static let now = Timestamp(milliseconds: 1_757_930_400_000)
    static let customer = "cust_42"
    static let address = Address(
        name: "Олена Коваль", city: "Київ", address: "вул. Хрещатик, 1", country: "UA", phone: "+380991234567")

    static func money(_ text: String, _ currency: Currency = .uah) throws -> Money { try Money(text: text, currency) }

    static func line(
        _ product: String = "prod_123", price: Money = Money(minor: 75_000, .uah), quantity: Int64 = 2,
        rate: Percent = Percent(hundredths: 2000), mode: TaxMode = .inclusive
    ) -> OrderLine {
        let line = OrderLine(
            id: .new(at: now), productID: product, sku: "HP-100", name: "Wireless headphones", categories: ["audio"],
            quantity: quantity, price: price, taxRate: rate, weightGrams: 300, discount: .zero(price.currency),
            tax: .zero(price.currency), total: .zero(price.currency))
        return OrderPricing.line(line, discount: .zero(price.currency), mode: mode)
    }

    static func order(
        lines: [OrderLine] = [line()], currency: Currency = .uah, taxMode: TaxMode = .inclusive,
        taxRate: Percent = Percent(hundredths: 2000)
    ) -> Order {
        Order(
            id: .new(at: now), tenant: "default", customerID: customer, reference: nil, lines: lines,
            currency: currency, taxMode: taxMode, taxRate: taxRate, shippingCost: .zero(currency),
            shippingDiscount: .zero(currency), shippingTax: .zero(currency), amountPaid: .zero(currency),
            amountRefunded: .zero(currency), promoCode: nil, shippingAddress: address, billingAddress: address,
            paymentMethod: .liqpay, notes: nil, expiresAt: now.adding(.seconds(86_400)), createdAt: now,
            updatedAt: now)
    }

    static func message(
        _ type: String = "order.create", actor: Actor = Actor(.customer, id: customer), body: String = "{}"
    ) -> Message {
        Message(id: .new(at: now), type: type, tenant: "default", actor: actor, body: Array(body.utf8), sentAt: now)
    }

    static func context(_ message: Message = message(), at time: Timestamp = now) -> DecisionContext {
        DecisionContext(message: message, now: time)
    }

    /// An event of another worker about the order.
    static func event(_ type: String, sequence: Int64 = 1) -> Event {
        Event(
            id: .new(at: now), type: type, tenant: "default", subject: Identifier.new(at: now).description,
            sequence: sequence, time: now, actor: .system, body: Array("{}".utf8))
    }
}

extension OrderRules {
    static let test = OrderRules(terms: OrderTerms())

    /// Decides and applies, as the runtime does.
    func run(_ command: OrderCommand, _ state: OrderState?, _ context: DecisionContext = Sample.context()) -> (
        state: OrderState?, decision: Decision<OrderChange>
    ) {
        let decision = decide(command, state, context)
        var next = state
        for change in decision.changes { next = evolve(next, change, context) }
        return (next, decision)
    }
}
