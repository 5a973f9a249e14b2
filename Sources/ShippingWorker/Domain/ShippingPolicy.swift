import Contracts

/// What the operator decided about carriers.
struct ShippingPolicy: Sendable, Equatable {
    /// Carriers with credentials.
    var enabled: Set<Carrier>
    var tracking = TrackingPlan()
}

/// How often a carrier is asked about a parcel.
///
/// Nova Poshta's integrators ask every 30 minutes while a parcel moves, every 10 while a courier is under way with it,
/// and every 6 hours before it was handed over.
struct TrackingPlan: Sendable, Equatable {
    /// For a parcel that moves; the others follow in proportion.
    var interval: Duration = .seconds(1800)
    /// The same for every state, for trials.
    var fixed: Duration?
    /// A waybill whose parcel never came is given up after this time.
    static let patience: Duration = .seconds(30 * 86_400)

    func interval(_ status: ShipmentStatus) -> Duration {
        if let fixed { return fixed }
        switch status {
        case .created, .pending: return interval * 12
        case .outForDelivery: return interval / 3
        default: return interval
        }
    }

    /// When to ask next; nil when there is no more to hear.
    func next(for shipment: Shipment, after now: Timestamp) -> Timestamp? {
        guard !shipment.isFinal, shipment.trackingNumber != nil else { return nil }
        if shipment.status == .created, now.since(shipment.createdAt) > Self.patience { return nil }
        return now.adding(interval(shipment.status))
    }

    /// Whether the carrier should have been heard since. One answer may be lost without notice.
    func isStale(_ shipment: Shipment, at now: Timestamp) -> Bool {
        guard !shipment.isFinal, shipment.trackingNumber != nil else { return false }
        return now.since(shipment.heardAt) > interval(shipment.status) * 2 + .seconds(60)
    }
}
