import Contracts

enum ReturnStatus: String, Sendable, CaseIterable, JSONEncodable {
    case requested, approved, rejected, received, refunded
}

enum ReturnReason: String, Sendable, CaseIterable, JSONEncodable {
    case defective, other
    case changedMind = "changed_mind"
    case wrongItem = "wrong_item"
    case damagedInTransit = "damaged_in_transit"
    case notAsDescribed = "not_as_described"
}

/// Goods of an order that come back. Part of the order, so that one row is locked for both.
struct Return: Sendable, Equatable {
    struct Item: Sendable, Equatable {
        let line: Identifier
        let productID: String
        let sku: String
        let quantity: Int64
        /// Units accepted on receipt, whether they can be sold again, and their share of the line total.
        var accepted: Int64?
        var restock: Bool?
        var refund: Money?
    }

    let id: Identifier
    var status = ReturnStatus.requested
    let reason: ReturnReason
    let comment: String?
    var decisionReason: String?
    var items: [Item]
    /// What goes back; before receipt what would, if all units were accepted.
    var refundAmount: Money
    var refundIDs: [Identifier] = []
    /// What has gone back of it until now.
    var refunded: Money
    /// The units have come, and the payment worker is asked for their refund.
    var receipt: Receipt?
    var version: Int64 = 1
    var receivedAt: Timestamp?
    let createdAt: Timestamp
    var updatedAt: Timestamp

    /// What staff found in the parcel.
    struct Receipt: Sendable, Equatable {
        struct Accepted: Sendable, Equatable {
            let line: Identifier
            let quantity: Int64
            let restock: Bool
        }

        let asker: Asker
        let by: Actor
        let items: [Accepted]
    }

    var currency: Currency { refundAmount.currency }

    /// Units of a line that another return cannot have.
    func taken(_ line: Identifier) -> Int64 {
        status == .rejected ? 0 : items.reduce(0) { $0 + ($1.line == line ? $1.quantity : 0) }
    }

    /// Units of a line that came back.
    func accepted(_ line: Identifier) -> Int64 {
        items.reduce(0) { $0 + ($1.line == line ? $1.accepted ?? 0 : 0) }
    }
}

/// What became true of a return.
enum ReturnChange: Sendable, Equatable {
    case requested(Return)
    case approved(by: Actor, reason: String?)
    case rejected(by: Actor, reason: String)
    /// The units are counted; their refund is being worked out.
    case receiving(Return.Receipt)
    case received(RefundPlan, by: Actor)
    case moneyReturned(Money)
    case refunded
}

/// What the payment worker gives back for a return: `payment.refund_started`.
struct RefundPlan: Sendable, Equatable {
    let returnID: Identifier
    let refundIDs: [Identifier]
    let amount: Money
    /// Shares by order line.
    let shares: [Identifier: Money]
}

extension Return {
    /// The return after a change of it; each is a version.
    mutating func apply(_ change: ReturnChange, at now: Timestamp) {
        switch change {
        case .requested: return
        case .approved(_, let reason):
            status = .approved
            decisionReason = reason
        case .rejected(_, let reason):
            status = .rejected
            decisionReason = reason
        case .receiving(let receipt): self.receipt = receipt
        case .received(let plan, _):
            status = .received
            receivedAt = receipt?.asker.at ?? now
            refundAmount = plan.amount
            refundIDs = plan.refundIDs
            for index in items.indices {
                let accepted = receipt?.items.first { $0.line == items[index].line }
                items[index].accepted = accepted?.quantity ?? items[index].quantity
                items[index].restock = accepted?.restock ?? true
                items[index].refund = plan.shares[items[index].line] ?? .zero(currency)
            }
            receipt = nil
        case .moneyReturned(let amount): refunded += amount
        case .refunded: status = .refunded
        }
        version += 1
        updatedAt = now
    }
}
