import Contracts
import Worker

/// What follows from news of shipments (rules.md section 8).
extension OrderRules {
    func shipment(_ news: ShipmentNews, _ order: Order, _ context: DecisionContext) -> Decision<OrderChange> {
        let known = order.shipments.first { $0.id == news.note.id }
        guard known.map({ $0.sequence < news.note.sequence }) ?? true else { return .ignore }
        let after = order.noting(news.note)
        var decision = Decision([.shipmentNoted(news.note)] + rolledUp(news, order, after))
        if let cancelling = order.cancelling {
            goOn(cancelling, news, after, &decision, context)
        } else if order.status == .cancelled || order.status == .refunded, news.note.isWaiting {
            // It was on its way when the order ended.
            decision.sends.append(withdrawal(of: order, nil, context))
        }
        decision.changes.append(.heard(news.event))
        return decision
    }

    /// The status that follows from all shipments.
    private func rolledUp(_ news: ShipmentNews, _ order: Order, _ after: Order) -> [OrderChange] {
        var changes: [OrderChange] = []
        if news.note.status.isLive, order.status == .confirmed {
            changes.append(.processing(by: .system, reason: nil))
        }
        let isInPreparation = order.status == .confirmed || order.status == .processing
        if isInPreparation, after.isWhollyShipped { changes.append(.shipped) }
        if order.status == .shipped, !after.isWhollyShipped {
            changes.append(.processing(by: .system, reason: "shipment_cancelled"))
        }
        let live = after.shipments.filter(\.status.isLive)
        let isShipped = order.status == .shipped || changes.contains(.shipped)
        if isShipped, after.isWhollyShipped, !live.isEmpty, live.allSatisfy({ $0.status == .delivered }) {
            changes.append(.delivered(at: live.compactMap(\.deliveredAt).max() ?? news.occurredAt))
        }
        return changes
    }

    /// A cancellation waits for the waybills: it is over with the last of them, or with a parcel at the carrier.
    private func goOn(
        _ cancelling: Order.Cancelling, _ news: ShipmentNews, _ after: Order, _ decision: inout Decision<OrderChange>,
        _ context: DecisionContext
    ) {
        if after.isHandedOver {
            decision.changes.append(.cancellationGivenUp)
            decision.resolutions += Self.givenUp(cancelling, after)
        } else if !after.shipments.contains(where: { $0.status.isLive }) {
            decision.changes.append(.cancelled(reason: cancelling.reason, by: cancelling.by))
        } else if news.note.isWaiting {
            // One that the shipping worker may not have known of when it was asked.
            decision.sends.append(withdrawal(of: after, cancelling, context))
        }
    }
}

extension Order.ShipmentNote {
    /// There is a waybill, and its parcel was not handed over.
    fileprivate var isWaiting: Bool { status.isLive && !isHandedOver }
}
