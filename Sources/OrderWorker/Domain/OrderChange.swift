import Contracts

/// What became true of an order.
enum OrderChange: Sendable, Equatable {
    case drafted(OrderDraft)
    case draftQuoted(Money, Order.Delivery)
    case draftAbandoned
    case created(Order)
    case confirmed(paymentID: Identifier?, by: Actor, reason: String?)
    case processing(by: Actor, reason: String?)
    case shipped
    case delivered(at: Timestamp)
    case cancelled(reason: String, by: Actor)
    case refunded
    case paymentNoted(Order.PaymentNote)
    case moneyTaken(Money)
    case moneyReturned(Money)
    case expiryMoved(Timestamp)
    case shipmentNoted(Order.ShipmentNote)
    case stockNoted(StockStatus)
    /// An event of another worker for the timeline. Does not count as a version.
    case heard(Event)
}
