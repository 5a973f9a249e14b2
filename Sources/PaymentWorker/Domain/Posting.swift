import Contracts

/// One movement of money in the double-entry ledger: what a provider holds for us against what an order has paid.
struct Posting: Sendable, Equatable {
    enum Kind: String, Sendable {
        /// Money was taken: the provider owes it to us, the order is credited.
        case capture
        /// Money went back: the reverse.
        case refund
    }

    struct Entry: Sendable, Equatable {
        let posting: Posting
        let account: String
        /// Minor units; a debit is positive, a credit negative.
        let amount: Int64
    }

    /// Id of the payment or of the refund: each is posted once.
    let id: Identifier
    let kind: Kind
    let tenant: String
    let orderID: Identifier
    let paymentID: Identifier
    let provider: PaymentProvider
    let amount: Money
    let at: Timestamp

    /// Both sides; they add up to zero.
    var entries: [Entry] {
        let debit = kind == .capture ? amount.minor : -amount.minor
        return [
            Entry(posting: self, account: "provider:\(provider.rawValue)", amount: debit),
            Entry(posting: self, account: "order:\(orderID)", amount: -debit),
        ]
    }

    /// What has to be posted when an aggregate changes: money that was taken and refunds that were completed since.
    static func made(from before: OrderPayments?, to after: OrderPayments) -> [Posting] {
        after.payments.flatMap { payment -> [Posting] in
            let before = before?.payment(payment.id)
            var postings: [Posting] = []
            if let at = payment.paidAt, before?.paidAt == nil {
                postings.append(Posting(payment.id, .capture, payment, payment.amount, at))
            }
            for refund in payment.refunds {
                guard let at = refund.completedAt, before?.refund(refund.id)?.completedAt == nil else { continue }
                postings.append(Posting(refund.id, .refund, payment, refund.amount, at))
            }
            return postings
        }
    }

    private init(_ id: Identifier, _ kind: Kind, _ payment: Payment, _ amount: Money, _ at: Timestamp) {
        self.id = id
        self.kind = kind
        tenant = payment.tenant
        orderID = payment.orderID
        paymentID = payment.id
        provider = payment.provider
        self.amount = amount
        self.at = at
    }
}
