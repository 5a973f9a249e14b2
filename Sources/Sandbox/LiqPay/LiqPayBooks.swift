import Contracts

/// The provider's own books: every movement of money and every declined attempt. They are what a test compares the
/// fleet's ledger with.
struct LiqPayBooks: Sendable {
    enum Kind: String, Sendable {
        case charge
        case hold
        case release
        case refund
        case decline
    }

    private struct Totals {
        var charged: Money
        var refunded: Money
    }

    private var journal = Journal()
    private var totals: [Currency: Totals] = [:]

    mutating func add(_ kind: Kind, _ amount: Money, _ payment: LiqPayPayment, at time: Timestamp) {
        let none = Totals(charged: .zero(amount.currency), refunded: .zero(amount.currency))
        switch kind {
        case .charge: totals[amount.currency, default: none].charged += amount
        case .refund: totals[amount.currency, default: none].refunded += amount
        case .hold, .release, .decline: break
        }
        journal.add(time) {
            .members([
                "kind": .string(kind.rawValue), "order_id": .string(payment.order.orderID),
                "payment_id": .int(payment.number), "amount": .amount(amount),
                "currency": .string(amount.currency.code),
                "err_code": .optional(payment.fault?.code),
            ])
        }
    }

    /// `entries`, and `totals` by currency.
    var json: JSON {
        .members([
            "entries": journal.json,
            "totals": .array(
                totals.sorted { $0.key.code < $1.key.code }.map { currency, sums in
                    .members([
                        "currency": .string(currency.code), "charged": .amount(sums.charged),
                        "refunded": .amount(sums.refunded),
                    ])
                }),
        ])
    }
}
