import Contracts

/// What a provider said about one payment, in the words of this system. Made from a verified callback or from the
/// answer to a question; callbacks come late, twice and in any order.
struct ProviderReport: Sendable, Equatable {
    /// How far a payment is. The order is the rank among reports of one time: what ends an attempt comes after what
    /// leads to it.
    enum Standing: Int64, Sendable, Comparable {
        case created = 0
        case requiresAction = 1
        case pending = 2
        /// This attempt was declined; the page may still be open for another.
        case declined = 3
        case authorized = 4
        case expired = 5
        case cancelled = 6
        /// Money was taken; some of it may have gone back since (``ProviderReport/refunded``).
        case paid = 7

        static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }

        /// Standings within one tier may follow each other to and fro, by the provider's clock; a higher tier is never
        /// left for a lower one.
        var tier: Int { self <= .declined ? 0 : self < .paid ? 1 : 2 }
    }

    enum Source: Sendable {
        /// The provider called us.
        case callback
        /// We asked, and this is the answer.
        case query
    }

    let source: Source
    /// Our reference, as the provider repeats it.
    let reference: String
    let standing: Standing
    /// The provider's own word.
    let word: String
    /// When the provider's state changed, by its clock in milliseconds; 0 when it does not say.
    var providerTime: Int64 = 0
    /// The sum the provider speaks of; nil when it names none, or none that is an amount of ``currency``.
    var amount: Money?
    /// All that went back until now; nil when it does not say.
    var refunded: Money?
    /// It speaks of a merchant that we are.
    var isOurs = true
    var transactionID: String?
    var errorCode: String?
    var errorMessage: String?

    /// Whether this report stands after what was known: by tier, then the provider's time, then rank. The greatest of
    /// a set of reports is the same in whatever order they are heard.
    func isAfter(_ standing: Standing, at time: Int64) -> Bool {
        (self.standing.tier, providerTime, self.standing.rawValue) > (standing.tier, time, standing.rawValue)
    }
}

/// What came of a refund that the provider was asked for.
enum RefundAnswer: Sendable, Equatable {
    case completed(transactionID: String?)
    /// Accepted; a callback will tell of the end.
    case accepted
    /// Refused for good.
    case refused(code: String, message: String?)
    /// It may have happened or not.
    case unknown
}

/// A verified callback, kept as evidence without personal data.
struct CallbackRecord: Sendable, Equatable {
    enum Verdict: String, Sendable {
        /// The payment changed by it.
        case applied
        /// It said nothing new.
        case unchanged
        /// Believed only after the provider was asked.
        case questioned
        /// It does not fit the payment; nothing was booked.
        case review
        /// No payment has this reference.
        case unmatched
    }

    /// The message's id: the same callback is one record.
    let id: Identifier
    let provider: PaymentProvider
    let reference: String
    /// What the provider sent, decoded, without personal data.
    let document: [UInt8]
    let receivedAt: Timestamp
    var verdict: Verdict = .unmatched
    var paymentID: Identifier?
}
