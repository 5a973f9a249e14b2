import Contracts

/// What became true. Changes of a payment raise its version by one.
enum PaymentChange: Sendable, Equatable {
    /// The copy of the order was brought up to date.
    case orderNoted(OrderSnapshot)
    case created(Payment)
    /// Given up by us: another payment took its place, its order was cancelled or is paid already, or asks for less than
    /// its page does. Only the order worker hears of it.
    case voided(Identifier)
    /// The provider's word moved the payment between states that end nothing.
    case moved(Identifier, to: PaymentStatus, ProviderReport)
    /// Money was taken.
    case completed(Identifier, surplus: Money, ProviderReport)
    /// An attempt was declined, or the payment ended without money. Told once for each status.
    case failed(Identifier, Failure)
    /// A report did not fit; a person has to look.
    case flagged(Identifier)
    /// The provider was asked and said nothing new, or nothing at all.
    case asked(Identifier, wasHeard: Bool)
    /// The page is closed and the provider does not tell what became of it.
    case lost(Identifier)
    case refundRequested(Identifier, Refund)
    case refundCompleted(Identifier, refund: Identifier, transactionID: String?)
    case refundFailed(Identifier, refund: Identifier, code: String, message: String?)
    /// The provider took it on or fell silent; it is looked up later.
    case refundPending(Identifier, refund: Identifier, isUnknown: Bool)
    /// What the order worker asked for was worked out and started. Changes nothing itself.
    case orderRefundStarted(OrderRefundPlan)
    /// It cannot be done now. Changes nothing.
    case orderRefundRefused(ProblemCode, detail: String)
    case callbackKept(CallbackRecord)

    struct Failure: Sendable, Equatable {
        /// `failed`, `expired` or `cancelled`.
        let status: PaymentStatus
        let code: String
        let message: String?
        let isTold: Bool
        let report: ProviderReport?
    }
}
