import Contracts

/// The shipments of one order: what is locked and decided together, so that no unit is in two of them.
struct OrderShipments: Sendable, Equatable {
    let orderID: Identifier
    /// In the order of their creation.
    var shipments: [Shipment] = []

    subscript(id: Identifier) -> Shipment? { shipments.first { $0.id == id } }

    /// Units of a line in shipments that are neither cancelled nor refused.
    func taken(_ orderItemID: Identifier) -> Int64 {
        shipments.filter(\.status.isLive).reduce(0) { sum, shipment in
            sum + shipment.items.reduce(0) { $0 + ($1.orderItemID == orderItemID ? $1.quantity : 0) }
        }
    }

    /// The shipment that a command made.
    func made(by command: Identifier) -> Shipment? { shipments.first { $0.asker == command } }
}
