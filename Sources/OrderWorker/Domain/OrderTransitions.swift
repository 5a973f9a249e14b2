import Contracts

/// When an order may become what (rules.md section 4), in one place: by itself, and at a person's word.
enum OrderTransitions {
    /// The statuses that `actor` may set now, by PUT status or by cancel, in the order of the enumeration.
    static func allowed(for actor: Actor, _ order: Order) -> [OrderStatus] {
        OrderStatus.allCases.filter { isAllowed($0, for: actor, order) }
    }

    /// Whether `actor` may set `target` now.
    static func isAllowed(_ target: OrderStatus, for actor: Actor, _ order: Order) -> Bool {
        // While its waybills are being deleted nothing else can be wished for.
        guard order.cancelling == nil || target == .cancelled else { return false }
        return switch (order.status, target) {
        case (.pending, .confirmed): actor.isAdmin
        case (.confirmed, .processing), (.confirmed, .shipped), (.processing, .shipped), (.shipped, .delivered):
            actor.isStaff
        case (.pending, .cancelled), (.confirmed, .cancelled): actor.maySee(customer: order.customerID)
        case (.processing, .cancelled): actor.isStaff && !order.isHandedOver
        case (.confirmed, .refunded), (.processing, .refunded), (.shipped, .refunded), (.delivered, .refunded),
            (.cancelled, .refunded):
            actor.isStaff && order.amountPaid > order.amountRefunded
        default: false
        }
    }

    /// Whether PUT status takes the word from this role at all, whatever the order's status.
    static func maySet(_ target: OrderStatus, _ actor: Actor) -> Bool {
        target == .confirmed ? actor.isAdmin : actor.isStaff
    }

    /// Whether the order is cancelled when it expires or its stock is refused or released.
    static func cancelsBySystem(_ order: Order) -> Bool {
        switch order.status {
        case .pending, .confirmed: true
        case .processing: !order.isHandedOver
        default: false
        }
    }

    /// Why `target` cannot be reached now. For a target that is not allowed.
    static func refusal(of target: OrderStatus, for actor: Actor, _ order: Order) -> Problem {
        let current = order.status.rawValue
        switch (order.status, target) {
        case (.processing, .cancelled), (.shipped, .cancelled), (.delivered, .cancelled):
            guard order.status == .processing, !order.isHandedOver else { return .alreadyShipped(current) }
            return Problem(.forbidden, "The role \(actor.type.rawValue) may not cancel an order in preparation.")
        case (.confirmed, .refunded), (.processing, .refunded), (.shipped, .refunded), (.delivered, .refunded),
            (.cancelled, .refunded):
            guard order.cancelling != nil else {
                return Problem(.nothingToRefund, "No money of the order is left to be returned.", current: current)
            }
            return invalid(target, for: actor, order)
        default: return invalid(target, for: actor, order)
        }
    }

    private static func invalid(_ target: OrderStatus, for actor: Actor, _ order: Order) -> Problem {
        let standing = order.cancelling == nil ? order.status.rawValue : "being cancelled"
        return Problem(
            .invalidTransition, "An order that is \(standing) cannot become \(target.rawValue).",
            current: order.status.rawValue, allowed: allowed(for: actor, order).map(\.rawValue))
    }
}

extension Problem {
    /// A parcel of the order is with the carrier.
    static func alreadyShipped(_ current: String) -> Problem {
        Problem(.alreadyShipped, "A parcel of the order is with the carrier already.", current: current)
    }
}
