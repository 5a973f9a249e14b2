package import Contracts

/// An order at the moment of its confirmation, as `order.confirmed` carries it (events.md 3.1): what its invoice says.
package struct ConfirmedOrder: Equatable, Sendable {
    package let id: Identifier
    package let tenant: String
    package let customerID: String
    package let buyer: Party
    package let lines: [InvoiceLine]
    package let subtotal: Money
    package let discount: Money
    package let shippingCost: Money
    package let shippingTax: Money
    package let tax: Money
    package let taxMode: TaxMode
    package let total: Money
    package let amountPaid: Money

    /// - Parameter json: Member `order` of the event.
    /// - Throws: ``StoredFormatError`` or a fault of an amount when the order is not what its owner promises.
    package init(json: JSON) throws {
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
