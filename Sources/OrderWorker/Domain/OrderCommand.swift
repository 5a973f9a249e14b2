import Contracts

/// Everything that can happen to an order.
enum OrderCommand: Sendable {
    /// A new order under this id; `products` holds those the catalogue has, once it was asked.
    case create(Identifier, OrderRequest, products: [String: Product])
    case quoted(DeliveryQuote)
    case promoRedeemed(PromoGrant)
    case promoRejected([FieldError])
    /// The draft has waited long enough.
    case draftTimedOut
    /// A request about the order that another worker fulfils: it goes on with the order as it is now.
    case forward(as: String)
    case payment(PaymentNews)
    case shipment(ShipmentNews)
    case stock(StockStatus, reason: String?)
    case expire
    /// Something worth remembering in the timeline, and nothing else.
    case heard(Event)
}

/// `shipment.quoted`.
struct DeliveryQuote: Sendable, Equatable {
    /// nil when the carrier does not deliver there.
    let price: Money?
    let source: String?
    let estimatedDate: String?
    let refusal: ProblemCode?
}

/// `promo.redeemed`.
struct PromoGrant: Sendable, Equatable {
    let code: String
    let discounts: [String: Money]
    let shippingDiscount: Money
    let event: Event
}

/// `payment.*`: what became of a payment.
struct PaymentNews: Sendable, Equatable {
    let id: Identifier
    let kind: Kind
    let event: Event

    enum Kind: Sendable, Equatable {
        case created(expiresAt: Timestamp)
        case completed(amount: Money, surplus: Money)
        case failed(PaymentStatus)
        case refunded(amount: Money, surplus: Bool, status: PaymentStatus)
        case refundFailed
    }
}

/// `shipment.created` and `shipment.updated`.
struct ShipmentNews: Sendable, Equatable {
    let note: Order.ShipmentNote
    /// The carrier's time.
    let occurredAt: Timestamp
    let event: Event
}
