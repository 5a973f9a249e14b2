import Contracts
import Worker

extension OrderRules {
    func evolve(_ state: OrderState?, _ change: OrderChange, _ context: DecisionContext) -> OrderState {
        switch change {
        case .drafted(let draft): return .draft(draft)
        case .draftQuoted(let price, let delivery):
            guard case .draft(var draft) = state else { return state ?? .abandoned }
            draft.quote = price
            draft.waitsFor = .promo
            draft.order.delivery = delivery
            return .draft(draft)
        case .draftAbandoned: return .abandoned
        case .created(var order):
            order.rendered = order.render()
            return .order(order)
        default:
            guard case .order(var order) = state else { return state ?? .abandoned }
            order.apply(change, context)
            return .order(order)
        }
    }
}

extension Order {
    /// The order after a change of it. Every change is a version, but what is only heard.
    mutating func apply(_ change: OrderChange, _ context: DecisionContext) {
        switch change {
        case .drafted, .draftQuoted, .draftAbandoned, .created: return
        case .heard(let event):
            heard.append(event)
            return
        case .confirmed:
            status = .confirmed
            confirmedAt = context.now
            expiresAt = nil
        case .processing: status = .processing
        case .shipped:
            status = .shipped
            shippedAt = context.now
        case .delivered(let time):
            status = .delivered
            deliveredAt = time
        case .cancelled(let reason, let by):
            status = .cancelled
            expiresAt = nil
            cancellation = Cancellation(reason: reason, by: by, at: context.now)
        case .refunded: status = .refunded
        case .paymentNoted(let note):
            if let index = payments.firstIndex(where: { $0.id == note.id }) {
                payments[index] = note
            } else {
                payments.append(note)
            }
        case .moneyTaken(let amount): amountPaid += amount
        case .moneyReturned(let amount): amountRefunded += amount
        case .expiryMoved(let time): expiresAt = time
        case .shipmentNoted(let note): self = noting(note)
        case .stockNoted(let word): stockStatus = word
        }
        version += 1
        updatedAt = context.now
        rendered = render()
    }

    /// The order with news of a shipment; its lines' shipped and returned units follow from all shipments.
    func noting(_ note: ShipmentNote) -> Order {
        var order = self
        if let index = order.shipments.firstIndex(where: { $0.id == note.id }) {
            order.shipments[index] = note
        } else {
            order.shipments.append(note)
        }
        for index in order.lines.indices {
            let line = order.lines[index].id
            let onWaybill = order.shipments.filter { $0.status.isLive && $0.status != .pending }
            order.lines[index].shippedQuantity = onWaybill.reduce(0) { $0 + ($1.units[line] ?? 0) }
            order.lines[index].returnedQuantity =
                onWaybill.filter { $0.status == .returned }.reduce(0) { $0 + ($1.units[line] ?? 0) }
        }
        return order
    }
}
