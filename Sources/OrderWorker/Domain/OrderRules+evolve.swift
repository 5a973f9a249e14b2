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
        case .promoApplicationBegun(let application): applying = application
        case .promoApplied(let grant): self = taking(grant)
        case .promoApplicationEnded: applying = nil
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
        case .handShipped(let units):
            handShipped.merge(units, uniquingKeysWith: +)
            recount()
        case .cancellationBegun(let wanted): cancelling = wanted
        case .cancellationGivenUp: cancelling = nil
        case .cancelled(let reason, let by):
            previousStatus = status
            status = .cancelled
            expiresAt = nil
            cancellation = Cancellation(reason: reason, by: by, at: context.now)
            cancelling = nil
        case .refundBegun(let asker): refundAsker = asker
        case .refundEnded: refundAsker = nil
        case .refunded:
            previousStatus = status
            status = .refunded
            cancelling = nil
            refundAsker = nil
        case .paymentNoted(let note):
            if let index = payments.firstIndex(where: { $0.id == note.id }) {
                payments[index] = note
            } else {
                // News of an earlier payment may come later than that of the newest.
                let place = payments.firstIndex { note.id < $0.id } ?? payments.endIndex
                payments.insert(note, at: place)
            }
        case .moneyTaken(let amount): amountPaid += amount
        case .moneyReturned(let amount, let units):
            amountRefunded += amount
            refundedUnits.merge(units, uniquingKeysWith: +)
        case .expiryMoved(let time): expiresAt = time
        case .shipmentNoted(let note): self = noting(note)
        case .stockNoted(let word): stockStatus = word
        case .returned(let id, let change): apply(change, of: id, at: context.now)
        }
        version += 1
        updatedAt = context.now
        rendered = render()
    }

    private mutating func apply(_ change: ReturnChange, of id: Identifier, at now: Timestamp) {
        if case .requested(let goods) = change {
            returns.append(goods)
        } else if let index = returns.firstIndex(where: { $0.id == id }) {
            returns[index].apply(change, at: now)
        }
        recount()
    }

    /// The order with news of a shipment.
    func noting(_ note: ShipmentNote) -> Order {
        var order = self
        if let index = order.shipments.firstIndex(where: { $0.id == note.id }) {
            order.shipments[index] = note
        } else {
            order.shipments.append(note)
        }
        order.recount()
        return order
    }

    /// Shipped and returned units of the lines, which follow from shipments, own delivery and returns. Own delivery and
    /// a waybill that came late may claim the same units: no line ever counts more than it has.
    private mutating func recount() {
        let onWaybill = shipments.filter { $0.status.isLive && $0.status != .pending }
        for index in lines.indices {
            let line = lines[index]
            let shipped = onWaybill.reduce(handShipped[line.id] ?? 0) { $0 + ($1.units[line.id] ?? 0) }
            let returned = returns.reduce(carriedBack(line.id, .returned)) { $0 + $1.accepted(line.id) }
            lines[index].shippedQuantity = min(line.quantity, shipped)
            lines[index].returnedQuantity = min(line.quantity, returned)
        }
    }

    /// Units of a line that a carrier has brought back, or is bringing.
    func carriedBack(_ line: Identifier, _ statuses: ShipmentStatus...) -> Int64 {
        shipments.filter { statuses.contains($0.status) }.reduce(0) { $0 + ($1.units[line] ?? 0) }
    }
}
