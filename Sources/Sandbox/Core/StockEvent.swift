import Contracts

/// An event of the bus that moves stock.
struct StockEvent: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case orderCreated = "order.created"
        case orderCancelled = "order.cancelled"
        case orderRefunded = "order.refunded"
        case orderShipped = "order.shipped"
        case returnReceived = "return.received"
    }

    struct Line: Sendable, Equatable {
        let productID: String
        let quantity: Int64
    }

    let kind: Kind
    let messageID: String
    let tenantID: String
    let orderID: String
    /// What to reserve for `order.created`, what to take back for `return.received`; empty for the others, which act on
    /// what was reserved.
    let lines: [Line]
    /// Whether the event gives the goods of the order back.
    let givesBack: Bool

    /// Reads the body of the contract.
    ///
    /// - Throws: ``StoredFormatError`` naming the member that is missing; the message is dropped with a log entry.
    init(_ kind: Kind, messageID: String, tenantID: String, body: JSON) throws {
        self.kind = kind
        self.messageID = messageID
        self.tenantID = tenantID
        orderID = try body.text("order_id")
        switch kind {
        case .orderCreated:
            lines = try body.child("order").list("items").map {
                Line(productID: try $0.text("product_id"), quantity: try $0.int("quantity"))
            }
            givesBack = false
        case .returnReceived:
            lines = try body.list("items").filter { $0["restock"]?.bool == true }.map {
                Line(productID: try $0.text("product_id"), quantity: try $0.int("accepted_quantity"))
            }
            givesBack = false
        case .orderCancelled:
            lines = []
            givesBack = true
        case .orderRefunded:
            lines = []
            // The cancellation before it has given everything back already.
            givesBack = try body.flag("restock") && body["previous_status"]?.string != "cancelled"
        case .orderShipped:
            lines = []
            givesBack = false
        }
    }
}
