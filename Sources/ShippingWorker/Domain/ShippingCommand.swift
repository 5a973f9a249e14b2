import Contracts

/// Everything that can happen to the shipments of an order.
enum ShippingCommand: Sendable {
    case open(ShipmentDraft, OrderSnapshot)
    /// The carrier answered a request for a waybill.
    case waybill(shipment: Identifier, WaybillOutcome)
    case trackingDue(shipment: Identifier)
    case tracked(shipment: Identifier, TrackingReport)
    /// The order is cancelled or refunded: waybills that were not handed over are deleted. With `cancellation` the order
    /// is to be cancelled once they are: then none is when one was handed over.
    case withdraw(reason: String, cancellation: Identifier?)
    /// Staff want a shipment cancelled.
    case cancel(shipment: Identifier, reason: String?)
    /// The carrier answered a request to delete a waybill.
    case withdrawn(shipment: Identifier, CancelOutcome)
    case quote(QuoteRequest)
    case quoted(Quote)
}

/// What then became true.
enum ShippingChange: Sendable, Equatable {
    case opened(Shipment)
    case waybillMade(shipment: Identifier, Waybill)
    case refused(shipment: Identifier, code: String, message: String)
    case withdrawalWanted(shipment: Identifier, Shipment.Withdrawal)
    /// The carrier has the parcel already; the order's cancellation that waits for it is named.
    case withdrawalRefused(shipment: Identifier, cancellation: Identifier?)
    case cancelled(shipment: Identifier, previous: ShipmentStatus)
    case progressed(shipment: Identifier, Progress)
    /// The carrier was heard and had nothing new: no new version, no event.
    case heard(shipment: Identifier)
    /// A price for the order's owner. Changes nothing here.
    case quoted(Quote)
}

/// News of a parcel.
struct Progress: Sendable, Equatable {
    let previous: ShipmentStatus
    let event: TrackingEvent
    let estimatedDeliveryDate: CalendarDate?
    let returnNumber: String?
}
