import Contracts

/// Money that went back, as `payment.refunded` tells (events.md 3.2).
public struct CompletedRefund: Equatable, Sendable, JSONEncodable {
    public struct Item: Equatable, Sendable {
        public let orderItemID: Identifier
        public let quantity: Int64
    }

    public let id: Identifier
    public let orderID: Identifier
    public let amount: Money
    /// Money above the order's total that was never owed: no document has counted it.
    public let isSurplus: Bool
    /// Units the refund was computed from; empty when a sum was named.
    public let items: [Item]
    /// Part of ``amount`` that is for delivery, its tax included.
    public let shippingAmount: Money

    /// Reads the body of the event, or what ``write(to:)`` wrote.
    public init(json: JSON) throws {
        let currency = try json.currency()
        id = try json.id("refund_id")
        orderID = try json.id("order_id")
        amount = try json.money("amount", currency)
        isSurplus = try json.flag("surplus")
        items = try (json["items"]?.array ?? []).map {
            Item(orderItemID: try $0.id("order_item_id"), quantity: try $0.int("quantity"))
        }
        shippingAmount = try json.optionalMoney("shipping_amount", currency) ?? .zero(currency)
    }

    public func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("refund_id", id)
            $0.member("order_id", orderID)
            $0.member("amount", amount)
            $0.member("currency", amount.currency)
            $0.member("surplus", isSurplus)
            $0.name("items")
            $0.array(items) { writer, item in
                writer.object {
                    $0.member("order_item_id", item.orderItemID)
                    $0.member("quantity", item.quantity)
                }
            }
            $0.member("shipping_amount", shippingAmount)
        }
    }
}
