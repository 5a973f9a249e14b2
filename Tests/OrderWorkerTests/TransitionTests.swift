import Contracts
import Testing

@testable import OrderWorker

/// Who may set which status (docs/rules.md section 4): every pair, for every role.
@Suite struct TransitionTests {
    private static let allowed: [OrderStatus: [OrderStatus: Set<Actor.Kind>]] = {
        let staff: Set<Actor.Kind> = [.staff, .admin, .service]
        let owner: Set<Actor.Kind> = staff.union([.customer])
        return [
            .pending: [.confirmed: [.admin, .service], .cancelled: owner],
            .confirmed: [.processing: staff, .shipped: staff, .cancelled: owner, .refunded: staff],
            .processing: [.shipped: staff, .cancelled: staff, .refunded: staff],
            .shipped: [.delivered: staff, .refunded: staff],
            .delivered: [.refunded: staff],
            .cancelled: [.refunded: staff],
            .refunded: [:],
        ]
    }()

    @Test(arguments: OrderStatus.allCases, [Actor.Kind.customer, .staff, .admin, .service])
    func table(from status: OrderStatus, kind: Actor.Kind) {
        var order = Sample.order()
        order.status = status
        order.amountPaid = status == .pending ? .zero(.uah) : order.total
        order.amountRefunded = status == .refunded ? order.total : .zero(.uah)
        let actor = Actor(kind, id: kind == .customer ? Sample.customer : "other")
        for target in OrderStatus.allCases {
            let expected = Self.allowed[status]?[target]?.contains(kind) ?? false
            #expect(OrderTransitions.isAllowed(target, for: actor, order) == expected, "\(status) to \(target)")
        }
    }

    @Test func strangersMayNothing() {
        let order = Sample.order()
        #expect(OrderTransitions.allowed(for: Actor(.customer, id: "someone"), order).isEmpty)
        #expect(OrderTransitions.allowed(for: .anonymous, order).isEmpty)
    }

    @Test func nothingToRefundNothingToSet() {
        var order = Sample.order()
        order.status = .confirmed
        #expect(!OrderTransitions.isAllowed(.refunded, for: Actor(.admin, id: "a"), order))
    }

    @Test func handedOverCannotBeCancelled() {
        var order = Sample.order()
        order.status = .processing
        order.shipments = [
            .init(
                id: .new(at: Sample.now), carrier: "novaposhta", status: .inTransit, isHandedOver: true, units: [:],
                sequence: 1)
        ]
        #expect(!OrderTransitions.isAllowed(.cancelled, for: Actor(.staff, id: "s"), order))
        #expect(!OrderTransitions.cancelsBySystem(order))
    }
}
