/// Which events of the fleet its own workers listen to. Only these travel on `oms.fleet`; an event that no worker needs
/// would cost the broker as much as one that is needed.
public enum FleetRoutes {
    /// Types that a worker listens to.
    public static func events(for worker: WorkerName) -> [String] {
        switch worker {
        case .order:
            [
                "payment.created", "payment.completed", "payment.failed", "payment.voided", "payment.refunded",
                "payment.refund_failed", "payment.refund_started", "payment.refund_refused", "shipment.created",
                "shipment.updated", "shipment.quoted", "shipment.withdrawal_refused", "promo.redeemed",
                "promo.rejected", "promo.released", "invoice.issued",
            ]
        case .payment: ["order.cancelled", "order.refunded", "order.updated"]
        case .shipping: ["order.cancelled", "order.refunded"]
        case .promo: ["order.confirmed", "order.cancelled", "order.refunded"]
        case .invoice: ["order.confirmed", "payment.refunded"]
        }
    }

    private static let heard = Set(WorkerName.allCases.flatMap { events(for: $0) })

    /// Whether some worker of the fleet listens to events of this type.
    public static func isHeard(_ type: String) -> Bool { heard.contains(type) }
}
