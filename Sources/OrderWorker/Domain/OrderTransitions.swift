import Contracts

/// When an order may become what (rules.md section 4), in one place: by itself, and at a person's word.
enum OrderTransitions {
    /// The statuses that `actor` may set now, by PUT status or by cancel, in the order of the enumeration.
    static func allowed(for actor: Actor, _ order: Order) -> [OrderStatus] {
        OrderStatus.allCases.filter { isAllowed($0, for: actor, order) }
    }

    /// Whether `actor` may set `target` now.
    static func isAllowed(_ target: OrderStatus, for actor: Actor, _ order: Order) -> Bool {
        switch (order.status, target) {
        case (.pending, .confirmed): actor.isAdmin
        case (.confirmed, .processing), (.confirmed, .shipped), (.processing, .shipped), (.shipped, .delivered):
            actor.isStaff
        case (.pending, .cancelled), (.confirmed, .cancelled): actor.isStaff || actor.id == order.customerID
        case (.processing, .cancelled): actor.isStaff && !order.isHandedOver
        case (.confirmed, .refunded), (.processing, .refunded), (.shipped, .refunded), (.delivered, .refunded),
            (.cancelled, .refunded):
            actor.isStaff && order.amountPaid > order.amountRefunded
        default: false
        }
    }

    /// Whether the order is cancelled when it expires or its stock is refused or released.
    static func cancelsBySystem(_ order: Order) -> Bool {
        switch order.status {
        case .pending, .confirmed: true
        case .processing: !order.isHandedOver
        default: false
        }
    }
}
