import Contracts

/// Goods of one order on one waybill.
struct Shipment: Sendable, Equatable {
    struct Item: Sendable, Equatable {
        let orderItemID: Identifier
        let productID: String
        let sku: String
        let name: String
        let quantity: Int64
    }

    struct Parcel: Sendable, Equatable {
        let weightGrams: Int64
        var lengthMM: Int64?
        var widthMM: Int64?
        var heightMM: Int64?
    }

    struct Recipient: Sendable, Equatable {
        let name: String
        /// E.164.
        let phone: String
    }

    struct Withdrawal: Sendable, Equatable {
        let reason: String
        /// The order's cancellation that waits for it.
        var cancellation: Identifier?
        /// The carrier is asked first where the parcel is, because other waybills hang on it.
        var isLooking = false
        /// Who waits for the shipment to be cancelled.
        var asker: Asker?
    }

    enum Payer: String, Sendable, JSONEncodable {
        case sender, recipient
    }

    let id: Identifier
    let tenant: String
    let orderID: Identifier
    let customerID: String
    let carrier: Carrier
    let service: DeliveryService
    var status: ShipmentStatus = .pending
    /// The carrier's own code and words.
    var carrierStatus: String?
    var carrierStatusText: String?
    var trackingNumber: String?
    /// The carrier's id of the waybill.
    var carrierRef: String?
    let items: [Item]
    let parcels: [Parcel]
    let recipient: Recipient
    /// An `Address` of the contract, kept as it was written.
    let address: JSON
    var cityRef: String?
    let branchRef: String?
    let declaredValue: Money
    let payer: Payer
    /// Contents in words.
    let contents: String
    var carrierCost: Money?
    var estimatedDeliveryDate: CalendarDate?
    var errorCode: String?
    var errorMessage: String?
    var handedOverAt: Timestamp?
    var deliveredAt: Timestamp?
    var version: Int64 = 1
    let createdAt: Timestamp
    var updatedAt: Timestamp
    /// When the carrier was last heard; the creation at first.
    var heardAt: Timestamp
    /// Oldest first.
    var events: [TrackingEvent] = []
    /// The command that waits for the carrier's answer.
    let asker: Identifier
    /// The waybill is to be deleted as soon as it can be.
    var withdrawal: Withdrawal?
    /// The waybill that the parcel goes back on.
    var returnNumber: String?

    /// Most tracking events that are kept; the contract shows as many.
    static let eventLimit = 200

    var currency: Currency { declaredValue.currency }
    var city: String { address["city"]?.string ?? "" }
    var weightGrams: Int64 { parcels.reduce(0) { $0 + $1.weightGrams } }

    /// There is a waybill, and so a label.
    var hasLabel: Bool { trackingNumber != nil && status != .cancelled }

    /// Nothing more is asked of the carrier.
    var isFinal: Bool {
        switch status {
        case .delivered, .returned, .cancelled, .rejected: true
        default: false
        }
    }

    /// The carrier's page for customers.
    var trackingURL: String? {
        guard let trackingNumber else { return nil }
        switch carrier {
        case .novaposhta: return "https://novaposhta.ua/tracking/?cargo_number=\(trackingNumber)"
        case .meest, .justin, .ukrposhta: return nil
        }
    }
}

/// What the carrier told once.
struct TrackingEvent: Sendable, Equatable {
    let time: Timestamp
    let status: ShipmentStatus
    let carrierStatus: String?
    let text: String
    let location: String?
}

/// Leads from an effect or a timer back to a shipment: `<order id>/<shipment id>`.
struct ShipmentSubject: Sendable, Equatable, CustomStringConvertible {
    let orderID: Identifier
    let shipmentID: Identifier

    init(_ shipment: Shipment) {
        orderID = shipment.orderID
        shipmentID = shipment.id
    }

    init?(_ text: String) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let order = Identifier(parts[0]), let shipment = Identifier(parts[1]) else {
            return nil
        }
        orderID = order
        shipmentID = shipment
    }

    var description: String { "\(orderID)/\(shipmentID)" }
}
