import Contracts

/// What Core says about the stock of one order, ready to be published.
struct StockAnswer: Sendable {
    enum Kind: String, Sendable {
        case reserved = "stock.reserved"
        case rejected = "stock.rejected"
        case released = "stock.released"
    }

    let kind: Kind
    let tenantID: String
    let orderID: String
    let body: [UInt8]

    /// The same for every repeat of the same statement about the same order.
    var messageID: String { Identifier.derived(from: "core", tenantID, orderID, kind.rawValue).description }
}
