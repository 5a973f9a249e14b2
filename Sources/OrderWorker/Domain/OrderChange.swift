import Contracts

/// What became true of an order.
enum OrderChange: Sendable, Equatable {
    indirect case drafted(OrderDraft)
    case draftQuoted(Money, Order.Delivery)
    case draftAbandoned
    indirect case created(Order)
    /// A use of a promo code is asked for; totals stay until it is granted. Also when one more waits for it.
    case promoApplicationBegun(PromoApplication)
    case promoApplied(PromoGrant)
    /// It came to nothing.
    case promoApplicationEnded
    case confirmed(paymentID: Identifier?, by: Actor, reason: String?)
    case processing(by: Actor, reason: String?)
    case shipped
    case delivered(at: Timestamp)
    /// Units that went without a carrier.
    case handShipped([Identifier: Int64])
    /// The order is to be cancelled as soon as its waybills are deleted.
    case cancellationBegun(Order.Cancelling)
    /// A parcel is with the carrier: it is not cancelled.
    case cancellationGivenUp
    case cancelled(reason: String, by: Actor)
    /// Somebody waits until all money is back.
    case refundBegun(Asker)
    /// It cannot be returned now.
    case refundEnded
    case refunded
    case paymentNoted(Order.PaymentNote)
    case moneyTaken(Money)
    /// `units` by order line, when it was refunded by units.
    case moneyReturned(Money, units: [Identifier: Int64])
    case expiryMoved(Timestamp)
    case shipmentNoted(Order.ShipmentNote)
    case stockNoted(StockStatus)
    /// Something about the return of this id.
    case returned(Identifier, ReturnChange)
    /// An event of another worker for the timeline. Does not count as a version.
    case heard(Event)
}
