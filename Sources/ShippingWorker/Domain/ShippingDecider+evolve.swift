import Contracts
import Worker

extension ShippingDecider {
    func evolve(_ state: OrderShipments?, _ change: ShippingChange, _ context: DecisionContext) -> OrderShipments {
        switch change {
        case .opened(let shipment):
            var after = state ?? OrderShipments(orderID: shipment.orderID)
            after.shipments.append(shipment)
            return after
        case .quoted(let quote): return state ?? OrderShipments(orderID: quote.orderID)
        case .waybillMade(let id, let waybill): return state.changing(id) { $0 = $0.with(waybill, at: context.now) }
        case .refused(let id, let code, let message):
            return state.changing(id) {
                $0.status = .rejected
                $0.errorCode = code
                $0.errorMessage = message
                $0.heardAt = context.now
                $0.count(at: context.now)
            }
        case .withdrawalWanted(let id, let withdrawal): return state.changing(id) { $0.withdrawal = withdrawal }
        case .withdrawalRefused(let id, _): return state.changing(id) { $0.withdrawal = nil }
        case .cancelled(let id, _):
            return state.changing(id) {
                $0.status = .cancelled
                $0.heardAt = context.now
                $0.count(at: context.now)
            }
        case .progressed(let id, let progress): return state.changing(id) { $0.apply(progress, at: context.now) }
        case .heard(let id): return state.changing(id) { $0.heardAt = context.now }
        }
    }
}

extension OrderShipments? {
    /// The state with one shipment changed. A change of a shipment is only made where it exists.
    fileprivate func changing(_ id: Identifier, _ change: (inout Shipment) -> Void) -> OrderShipments {
        guard var after = self, let index = after.shipments.firstIndex(where: { $0.id == id }) else {
            return self ?? OrderShipments(orderID: id)
        }
        change(&after.shipments[index])
        return after
    }
}

extension Shipment {
    fileprivate mutating func count(at now: Timestamp) {
        version += 1
        updatedAt = now
    }

    func with(_ waybill: Waybill, at now: Timestamp) -> Shipment {
        var made = self
        made.status = .created
        made.carrierStatus = "1"
        made.carrierRef = waybill.ref
        made.trackingNumber = waybill.number
        made.carrierCost = waybill.cost
        made.estimatedDeliveryDate = waybill.estimatedDeliveryDate
        made.cityRef = cityRef ?? waybill.cityRef
        made.heardAt = now
        made.count(at: now)
        return made
    }

    /// What a report changes. A code that nobody knows never replaces a known state; the state is kept and the words
    /// are shown.
    func change(by report: TrackingReport, at now: Timestamp) -> ShippingChange {
        var next = report.status ?? status
        if report.isReturned { next = .returned }
        let isNew =
            next != status || report.code != carrierStatus
            || (carrierStatusText != nil && report.text != carrierStatusText)
            || (events.last.map { $0.location != report.location } ?? false)
            || report.returnNumber != returnNumber
        guard isNew, report.status != nil || report.code != carrierStatus else { return .heard(shipment: id) }
        let event = TrackingEvent(
            time: report.time ?? now, status: next, carrierStatus: report.code, text: report.text,
            location: report.location)
        return .progressed(
            shipment: id,
            Progress(
                previous: status, event: event,
                estimatedDeliveryDate: report.estimatedDeliveryDate ?? estimatedDeliveryDate,
                returnNumber: report.returnNumber ?? returnNumber))
    }

    fileprivate mutating func apply(_ progress: Progress, at now: Timestamp) {
        status = progress.event.status
        carrierStatus = progress.event.carrierStatus
        carrierStatusText = progress.event.text.isEmpty ? nil : progress.event.text
        estimatedDeliveryDate = progress.estimatedDeliveryDate
        returnNumber = progress.returnNumber
        if status.meansHandedOver, handedOverAt == nil { handedOverAt = progress.event.time }
        if status == .delivered, deliveredAt == nil { deliveredAt = progress.event.time }
        events.append(progress.event)
        if events.count > Self.eventLimit { events.removeFirst(events.count - Self.eventLimit) }
        heardAt = now
        count(at: now)
    }
}

extension ShipmentStatus {
    /// The carrier has or had the parcel.
    var meansHandedOver: Bool {
        switch self {
        case .pickedUp, .inTransit, .atBranch, .outForDelivery, .delivered, .failed, .returning, .returned: true
        case .pending, .rejected, .created, .cancelled, .unknown: false
        }
    }
}
