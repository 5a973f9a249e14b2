import Contracts

/// The aggregate: all payments of one order, so that what is due is decided in one place.
struct OrderPayments: Sendable, Equatable {
    /// nil only for a callback that fits no payment: then nothing but ``callbacks`` is kept.
    var order: OrderSnapshot?
    /// Oldest first.
    var payments: [Payment] = []
    /// Callbacks that came since the aggregate was loaded.
    var callbacks: [CallbackRecord] = []
    /// Grows with each save.
    var revision: Int64 = 0

    func payment(_ id: Identifier) -> Payment? { payments.first { $0.id == id } }

    /// Money taken over all payments before refunds, surplus not counted.
    func paid(_ currency: Currency) -> Money { payments.reduce(.zero(currency)) { $0 + $1.counted } }

    /// What is still to be paid; never below zero.
    func balance(of order: OrderSnapshot) -> Money {
        let due = order.total - paid(order.currency)
        return due > .zero(order.currency) ? due : .zero(order.currency)
    }

    /// Units of a line that are back or on their way.
    func refundedUnits(of line: Identifier) -> Int64 {
        liveRefunds.reduce(0) { sum, refund in
            sum + refund.units.reduce(0) { $0 + ($1.line == line ? $1.quantity : 0) }
        }
    }

    /// Delivery that is back or on its way.
    func refundedShipping(_ currency: Currency) -> Money {
        liveRefunds.reduce(.zero(currency)) { $0 + ($1.shipping ?? .zero(currency)) }
    }

    private var liveRefunds: some Sequence<Refund> {
        payments.lazy.flatMap(\.refunds).filter { $0.status != .failed }
    }

    mutating func update(_ id: Identifier, _ change: (inout Payment) -> Void) {
        guard let index = payments.firstIndex(where: { $0.id == id }) else { return }
        change(&payments[index])
    }
}
