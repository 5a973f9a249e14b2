import Contracts
import CoreMetrics
import Service

/// What is counted about orders; the names are the brief's.
struct OrderMetrics: Sendable {
    private let byStatus: [OrderStatus: Counter]
    private let value: Recorder

    init() {
        byStatus = Dictionary(
            uniqueKeysWithValues: OrderStatus.allCases.map {
                ($0, Counter(label: "oms_orders_total", dimensions: [("status", $0.rawValue)]))
            })
        value = Recorder(label: "oms_order_value", dimensions: [("currency", Currency.uah.code)], aggregate: true)
    }

    static func describe(in registry: PrometheusRegistry) {
        registry.describe("oms_orders_total", "Orders by the status that they reached.")
        registry.describe(
            "oms_order_value", "Totals of new orders in main units of the currency.",
            buckets: [100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000])
    }

    func count(_ change: OrderChange, _ order: Order) {
        switch change {
        case .created:
            byStatus[.pending]?.increment()
            // A histogram is no money: a binary fraction is near enough here.
            record(Double(order.total.minor) / Double(order.currency.scale), order.currency)
        case .confirmed, .processing, .shipped, .delivered, .cancelled, .refunded: byStatus[order.status]?.increment()
        default: break
        }
    }

    private func record(_ amount: Double, _ currency: Currency) {
        if currency == .uah {
            value.record(amount)
        } else {
            Recorder(label: "oms_order_value", dimensions: [("currency", currency.code)], aggregate: true).record(
                amount)
        }
    }
}
