import Contracts

/// Everything that can happen to an order.
enum OrderCommand: Sendable {
    /// A new order under this id; `products` holds those the catalogue has, once it was asked.
    indirect case create(Identifier, OrderRequest, products: [String: Product])
    case quoted(DeliveryQuote)
    case promoRedeemed(PromoGrant)
    /// `cause`: the request for the use.
    case promoRejected([FieldError], cause: Identifier?)
    case applyPromo(code: String)
    /// The application of a promo code has waited long enough.
    case applicationTimedOut
    /// The draft has waited long enough.
    case draftTimedOut
    /// A request about the order that another worker fulfils: it goes on with the order as it is now.
    case forward(as: String)
    /// A status at a person's word.
    case setStatus(OrderStatus, reason: String?)
    case cancel(reason: String?)
    case requestReturn(ReturnRequest)
    case setReturnStatus(Identifier, ReturnDecision)
    case payment(PaymentNews)
    /// The payment worker has worked out what goes back for a return.
    case refundPlanned(RefundPlan)
    /// The payment worker cannot return all that remains.
    case refundRefused(ProblemCode, String)
    case shipment(ShipmentNews)
    /// A waybill of the order cannot be deleted any more; the order's cancellation is named.
    case withdrawalRefused(Identifier)
    case stock(StockStatus, reason: String?)
    case expire
    /// Something worth remembering in the timeline, and nothing else.
    case heard(Event)
}

extension OrderCommand {
    /// Somebody waits for the answer.
    var isOfPerson: Bool {
        switch self {
        case .forward, .applyPromo, .setStatus, .cancel, .requestReturn, .setReturnStatus: true
        default: false
        }
    }

    /// News that may come before the order it speaks of.
    var waitsForOrder: Bool {
        switch self {
        case .payment, .shipment, .stock, .heard, .promoRedeemed: true
        default: false
        }
    }
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
    let redemptionID: Identifier
    let orderID: Identifier
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
        /// Given up by the payment worker; no public event, so the timeline does not show it.
        case voided
        case refunded(Refund, status: PaymentStatus)
        /// The provider refused it for good; its reason is for people.
        case refundFailed(Refund, reason: String)
    }

    struct Refund: Sendable, Equatable {
        let amount: Money
        let isSurplus: Bool
        var returnID: Identifier?
        /// Units by order line, when it was made by units.
        var units: [Identifier: Int64] = [:]
    }
}

/// `shipment.created` and `shipment.updated`.
struct ShipmentNews: Sendable, Equatable {
    let note: Order.ShipmentNote
    /// The carrier's time.
    let occurredAt: Timestamp
    let event: Event
}
