import Contracts

/// What exists under an order's id: the order, or before it the draft of one that waits for other workers. In boxes, for a
/// batch hands it on many times and an order is large.
indirect enum OrderState: Sendable, Equatable {
    case draft(OrderDraft)
    case order(Order)
    /// A draft that came to nothing.
    case abandoned

    var order: Order? {
        guard case .order(let order) = self else { return nil }
        return order
    }
}

/// An order on its way into being: priced, but its delivery is not quoted or its promo code not redeemed yet. Nobody
/// sees it; the client's answer is put off.
struct OrderDraft: Sendable, Equatable {
    enum Waiting: String, Sendable {
        case quote, promo
    }

    var order: Order
    /// The command that is answered when all is known.
    let commandID: Identifier
    var waitsFor: Waiting
    /// Price of the delivery, once known.
    var quote: Money?
}
