import Contracts

/// One payment at one provider.
struct Payment: Sendable, Equatable {
    let id: Identifier
    let orderID: Identifier
    let tenant: String
    let customerID: String
    let provider: PaymentProvider
    let method: PaymentMethod?
    let amount: Money
    let createdAt: Timestamp
    /// When the provider's page closes.
    let expiresAt: Timestamp
    /// Address of the provider's page.
    let pageURL: String?

    var status: PaymentStatus = .pending
    var providerStatus: String?
    var transactionID: String?
    var errorCode: String?
    var errorMessage: String?
    var needsReview = false
    var unknownSince: Timestamp?
    var paidAt: Timestamp?
    /// When the provider was last heard.
    var checkedAt: Timestamp?
    /// Of what was taken, the part above the balance that was due.
    var surplus: Money
    /// The highest standing heard, and its time at the provider.
    var standing: ProviderReport.Standing = .created
    var standingTime: Int64 = 0
    /// How often the provider was asked since it last said something new.
    var checks: Int64 = 0
    /// A declined attempt was told of; it is told once.
    var isFailureTold = false
    var refunds: [Refund] = []
    /// Grows by one with each change; sequence of its events.
    var version: Int64 = 0
    var updatedAt: Timestamp

    var currency: Currency { amount.currency }
    var isTaken: Bool { paidAt != nil }
    /// What was taken and counts for the order.
    var counted: Money { isTaken ? amount - surplus : .zero(currency) }
    /// Sum of completed refunds.
    var refunded: Money { sum { $0.status == .completed } }
    /// Taken, less what is back or on its way.
    var refundable: Money { isTaken ? amount - sum { $0.status != .failed } : .zero(currency) }

    /// Where the customer pays; only while that is what has to happen.
    var nextAction: String? { status == .pending ? pageURL : nil }

    func isPageOpen(at now: Timestamp) -> Bool { now < expiresAt }

    func refund(_ id: Identifier) -> Refund? { refunds.first { $0.id == id } }

    private func sum(where matches: (Refund) -> Bool) -> Money {
        refunds.lazy.filter(matches).reduce(.zero(currency)) { $0 + $1.amount }
    }
}

/// Means of payment to offer first.
enum PaymentMethod: String, Sendable, CaseIterable, JSONEncodable {
    case card, installments
    case applePay = "apple_pay"
    case googlePay = "google_pay"
}
