import Contracts

/// One line of a document. Delivery is no line.
public struct InvoiceLine: Equatable, Sendable, JSONEncodable {
    public var orderItemID: Identifier?
    public var sku: String?
    public var name: String
    public var quantity: Int64
    /// Of one unit.
    public var price: Money
    public var discount: Money
    public var taxRate: Percent
    /// Contained in ``total`` in either tax mode.
    public var tax: Money
    public var total: Money

    public init(
        orderItemID: Identifier? = nil, sku: String? = nil, name: String, quantity: Int64, price: Money,
        discount: Money, taxRate: Percent, tax: Money, total: Money
    ) {
        self.orderItemID = orderItemID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        self.price = price
        self.discount = discount
        self.taxRate = taxRate
        self.tax = tax
        self.total = total
    }

    public func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("order_item_id", orderItemID)
            $0.member("sku", sku)
            $0.member("name", name)
            $0.member("quantity", quantity)
            $0.member("price", price)
            $0.member("discount", discount)
            $0.member("tax_rate", taxRate)
            $0.member("tax", tax)
            $0.member("total", total)
        }
    }

    public init(json: JSON, _ currency: Currency) throws {
        try self.init(json: json, id: "order_item_id", currency)
    }

    /// The line of an `OrderItem`.
    public init(orderItem json: JSON, _ currency: Currency) throws {
        try self.init(json: json, id: "id", currency)
    }

    private init(json: JSON, id: String, _ currency: Currency) throws {
        self.init(
            orderItemID: try json.optionalID(id), sku: json["sku"]?.string, name: try json.text("name"),
            quantity: try json.int("quantity"), price: try json.money("price", currency),
            discount: try json.money("discount", currency), taxRate: try json.percent("tax_rate"),
            tax: try json.money("tax", currency), total: try json.money("total", currency))
    }
}
