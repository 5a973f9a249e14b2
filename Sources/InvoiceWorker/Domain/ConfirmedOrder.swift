import Contracts

/// An order at the moment of its confirmation, as `order.confirmed` carries it (events.md 3.1): what its invoice says.
public struct ConfirmedOrder: Equatable, Sendable {
    public let id: Identifier
    public let tenant: String
    public let customerID: String
    public let buyer: Party
    public let lines: [InvoiceLine]
    public let subtotal: Money
    public let discount: Money
    public let shippingCost: Money
    public let shippingTax: Money
    public let tax: Money
    public let taxMode: TaxMode
    public let total: Money
    public let amountPaid: Money

    /// - Parameter json: Member `order` of the event.
    /// - Throws: ``StoredFormatError`` or a fault of an amount when the order is not what its owner promises.
    public init(json: JSON) throws {
        let currency = try json.currency()
        id = try json.id("id")
        tenant = try json.text("tenant_id")
        customerID = try json.text("customer_id")
        buyer = try Party(buyerOf: json)
        lines = try json.list("items").map { try InvoiceLine(orderItem: $0, currency) }
        subtotal = try json.money("subtotal", currency)
        discount = try json.money("discount", currency)
        shippingCost = try json.money("shipping_cost", currency)
        shippingTax = try json.money("shipping_tax", currency)
        tax = try json.money("tax", currency)
        taxMode = try json.word("tax_mode")
        total = try json.money("total", currency)
        amountPaid = try json.money("amount_paid", currency)
    }
}
