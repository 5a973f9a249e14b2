import Contracts

/// When a return may become what, and by whom (rules.md section 8).
enum ReturnTransitions {
    /// The statuses that `actor` may set now, in the order of the enumeration.
    static func allowed(for actor: Actor, _ goods: Return) -> [ReturnStatus] {
        allowed(for: actor, goods.status, isReceiving: goods.receipt != nil)
    }

    static func allowed(for actor: Actor, _ status: ReturnStatus, isReceiving: Bool) -> [ReturnStatus] {
        guard actor.isStaff, !isReceiving else { return [] }
        return switch status {
        case .requested: [.approved, .rejected]
        case .approved: [.rejected, .received]
        case .rejected, .received, .refunded: []
        }
    }

    static func refusal(of target: ReturnStatus, for actor: Actor, _ goods: Return) -> Problem {
        let standing = goods.receipt == nil ? goods.status.rawValue : "being received"
        return Problem(
            .invalidTransition, "A return that is \(standing) cannot become \(target.rawValue).",
            current: goods.status.rawValue, allowed: allowed(for: actor, goods).map(\.rawValue))
    }
}
