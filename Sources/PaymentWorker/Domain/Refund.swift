import Contracts

enum RefundStatus: String, Sendable, CaseIterable, JSONEncodable {
    case pending, completed, failed, unknown

    /// Its sum is reserved, and the provider's last word is still to come.
    var isOpen: Bool { self == .pending || self == .unknown }
}

enum RefundReason: String, Sendable, CaseIterable, JSONEncodable {
    case `return`, other, cancelled, overpayment, external, chargeback
    case customerRequest = "customer_request"
    case outOfStock = "out_of_stock"
    case duplicatePayment = "duplicate_payment"
    case latePayment = "late_payment"

    /// What people may give as a reason.
    static let ofPeople: Set<RefundReason> = [.customerRequest, .return, .outOfStock, .other]
}

/// Money of one payment on its way back.
struct Refund: Sendable, Equatable {
    struct Units: Sendable, Equatable, JSONEncodable {
        let line: Identifier
        let quantity: Int64

        func write(to writer: inout JSONWriter) {
            writer.object {
                $0.member("order_item_id", line)
                $0.member("quantity", quantity)
            }
        }
    }

    /// Also the idempotency key at the provider.
    let id: Identifier
    let amount: Money
    let reason: RefundReason
    /// It gives back what was paid beyond the balance due; neither paid nor refunded sums of the order count it.
    let isSurplus: Bool
    var status: RefundStatus = .pending
    /// Handed over to the provider. One at a time for a payment, because LiqPay tells refunds apart by their sum only.
    var isSent = false
    /// The provider took it on: it is never sent again, whatever a look-up says.
    var isAccepted = false
    var returnID: Identifier?
    var units: [Units] = []
    /// Part of ``amount`` that is delivery.
    var shipping: Money?
    var comment: String?
    var transactionID: String?
    var errorCode: String?
    var errorMessage: String?
    /// How often its outcome was looked up in vain.
    var checks: Int64 = 0
    /// The message whose asker still waits for the outcome.
    var askedBy: Identifier?
    let createdBy: Actor
    let createdAt: Timestamp
    var completedAt: Timestamp?
}
