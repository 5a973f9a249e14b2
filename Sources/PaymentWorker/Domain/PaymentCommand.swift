import Contracts

/// Everything that can happen to the payments of an order.
enum PaymentCommand: Sendable, Equatable {
    /// Somebody wants to pay.
    case open(PaymentRequest, OrderSnapshot)
    /// Somebody gives money back.
    case refund(RefundRequest)
    /// The order worker wants money back: for a return, or all that remains.
    case refundOrder(OrderRefund, OrderSnapshot)
    /// A verified callback of a payment that is ours.
    case callback(Identifier, ProviderReport, CallbackRecord)
    /// A verified callback that says nothing about any payment of ours.
    case strayCallback(CallbackRecord)
    /// Time to ask the provider about a payment.
    case checkDue(payment: Identifier)
    /// The answer to that question; nil when there was none that can be used.
    case checked(payment: Identifier, ProviderReport?)
    /// Time to look up a refund whose outcome is open.
    case refundCheckDue(payment: Identifier, refund: Identifier)
    case refundAnswered(payment: Identifier, refund: Identifier, RefundAnswer)
    /// The order worker says how the order stands now.
    case orderChanged(OrderSnapshot)
}

/// What a client asked for in `payment.create`.
struct PaymentRequest: Sendable, Equatable {
    var provider: PaymentProvider?
    var amount: Money?
    var currency: Currency?
    var method: PaymentMethod?
    var returnURL: String?
    var language = "uk"
}

/// What a client asked for in `payment.refund`. No amount and no units: all that remains.
struct RefundRequest: Sendable, Equatable {
    let payment: Identifier
    /// Decimal text: the currency is known to the payment only.
    var amount: JSON?
    var units: [Refund.Units] = []
    var includesShipping = false
    var reason = RefundReason.customerRequest
    var comment: String?
    /// The version that the caller saw (`If-Match`).
    var expectedVersions: String?
}
