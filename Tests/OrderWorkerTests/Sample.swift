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
        taxRate: Percent = Percent(hundredths: 2000), tenant: String = "default", customer: String = customer,
        reference: String? = nil, at now: Timestamp = now
    ) -> Order {
        Order(
            id: .new(at: now), tenant: tenant, customerID: customer, reference: reference, lines: lines,
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

    static func context(
        by actor: Actor, parameters: [String: String] = [:], at time: Timestamp = now
    ) -> DecisionContext {
        var message = message("order.set_status", actor: actor)
        message.parameters = parameters
        return context(message, at: time)
    }

    /// An order in a status, with the money that belongs to it.
    static func order(in status: OrderStatus) -> Order {
        var order = order()
        order.status = status
        guard status != .pending else { return order }
        order.expiresAt = nil
        order.amountPaid = order.total
        if status == .refunded { order.amountRefunded = order.total }
        return order
    }

    /// News of a shipment; of all units unless a number is given.
    static func shipment(
        _ order: Order, _ status: ShipmentStatus, units: Int64? = nil, id: UInt64 = 1, sequence: Int64 = 1,
        isHandedOver: Bool = false
    ) -> OrderCommand {
        let quantities = Dictionary(uniqueKeysWithValues: order.lines.map { ($0.id, units ?? $0.quantity) })
        return .shipment(
            ShipmentNews(
                note: Order.ShipmentNote(
                    id: Identifier(high: 1, low: id), carrier: "novaposhta", status: status,
                    isHandedOver: isHandedOver, units: quantities, deliveredAt: status == .delivered ? now : nil,
                    sequence: sequence),
                occurredAt: now, event: event("shipment.updated", sequence: sequence)))
    }

    static let payment = Identifier(high: 2, low: 2)

    /// News that the order's payment was taken.
    static func paid(_ amount: Money) -> OrderCommand {
        .payment(
            PaymentNews(
                id: payment, kind: .completed(amount: amount, surplus: .zero(amount.currency)),
                event: event("payment.completed", sequence: 2)))
    }

    /// News that money of the order's payment went back.
    static func refunded(
        _ amount: Money, returnID: Identifier? = nil, units: [Identifier: Int64] = [:],
        status: PaymentStatus = .refunded
    ) -> OrderCommand {
        .payment(
            PaymentNews(
                id: payment,
                kind: .refunded(
                    .init(amount: amount, isSurplus: false, returnID: returnID, units: units), status: status),
                event: event("payment.refunded", sequence: 4)))
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
