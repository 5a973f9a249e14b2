import Contracts

/// An order as it stands: what the contract shows, and what its owner remembers of payments and shipments.
struct Order: Sendable, Equatable {
    let id: Identifier
    let tenant: String
    let customerID: String
    let reference: String?
    var status = OrderStatus.pending
    var stockStatus = StockStatus.pending
    var version: Int64 = 1
    var lines: [OrderLine]
    let currency: Currency
    let taxMode: TaxMode
    /// Rate of delivery.
    let taxRate: Percent
    var shippingCost: Money
    var shippingDiscount: Money
    var shippingTax: Money
    var amountPaid: Money
    var amountRefunded: Money
    var promoCode: String?
    let shippingAddress: Address
    let billingAddress: Address
    let paymentMethod: PaymentProvider
    var delivery: Delivery?
    let notes: String?
    var cancellation: Cancellation?
    var expiresAt: Timestamp?
    var confirmedAt: Timestamp?
    var shippedAt: Timestamp?
    var deliveredAt: Timestamp?
    let createdAt: Timestamp
    var updatedAt: Timestamp

    /// Payments of the order, oldest first, as their worker told.
    var payments: [PaymentNote] = []
    /// Shipments of the order, oldest first, as their worker told.
    var shipments: [ShipmentNote] = []
    /// Units by line that staff marked as shipped: own delivery.
    var handShipped: [Identifier: Int64] = [:]
    /// Units by line that were refunded by units, returns among them.
    var refundedUnits: [Identifier: Int64] = [:]
    /// Goods that come back, oldest first.
    var returns: [Return] = []
    /// A cancellation that waits until the waybills are deleted.
    var cancelling: Cancelling?
    /// A promo code that is being applied.
    var applying: PromoApplication?
    /// The use of the promo code that the order holds; nil in orders from before it was remembered.
    var redemptionID: Identifier?
    /// Who waits until all money is back.
    var refundAsker: Asker?
    /// The status before the cancellation or the refund of everything, whichever was last.
    var previousStatus: OrderStatus?
    /// The document as it was rendered after the last change, since events, answer and store all need it; nil after any
    /// other change.
    var rendered: [UInt8]?
    /// Events of other workers heard in this batch, to be kept for the timeline.
    var heard: [Event] = []

    struct Cancellation: Sendable, Equatable {
        let reason: String
        let by: Actor
        let at: Timestamp
    }

    struct Cancelling: Sendable, Equatable {
        /// Comes back with what the shipping worker says.
        let id: Identifier
        /// nil when nobody waits: it follows from something by itself.
        var asker: Asker?
        let reason: String
        let by: Actor
    }

    struct Delivery: Sendable, Equatable {
        let carrier: Carrier
        let service: DeliveryService
        let cityRef: String?
        let branchRef: String?
        var quoteSource: String?
        var estimatedDate: String?
    }

    struct PaymentNote: Sendable, Equatable {
        let id: Identifier
        var status: PaymentStatus
        /// Version of the payment; older news does not change the status.
        var sequence: Int64
    }

    struct ShipmentNote: Sendable, Equatable {
        let id: Identifier
        let carrier: String
        var status: ShipmentStatus
        var trackingNumber: String?
        var trackingURL: String?
        var isHandedOver: Bool
        /// Units by order line.
        let units: [Identifier: Int64]
        var deliveredAt: Timestamp?
        /// Version of the shipment; older news changes nothing.
        var sequence: Int64
    }
}

// MARK: Sums

extension Order {
    var subtotal: Money { lines.reduce(.zero(currency)) { $0 + $1.subtotal } }
    var discount: Money { lines.reduce(.zero(currency)) { $0 + $1.discount } }
    var tax: Money { lines.reduce(shippingTax) { $0 + $1.tax } }
    var weightGrams: Int64 { lines.reduce(0) { $0 + $1.weightGrams * $1.quantity } }

    var total: Money {
        let goods = lines.reduce(shippingCost) { $0 + $1.total }
        return taxMode == .exclusive ? goods + shippingTax : goods
    }

    var balanceDue: Money { Money(minor: max(0, total.minor - amountPaid.minor), currency) }

    /// The payment that counts: the first completed one, else the newest.
    var paymentID: Identifier? {
        (payments.first { [.completed, .partiallyRefunded, .refunded].contains($0.status) } ?? payments.last)?.id
    }
}

// MARK: Roll-ups (rules.md section 4)

extension Order {
    var paymentStatus: OrderPaymentStatus {
        .rollUp(
            total: total.minor, paid: amountPaid.minor, refunded: amountRefunded.minor, attempts: payments.map(\.status)
        )
    }

    var fulfilmentStatus: FulfilmentStatus {
        .rollUp(
            units: lines.reduce(0) { $0 + $1.quantity }, shipped: lines.reduce(0) { $0 + $1.shippedQuantity },
            delivered: deliveredUnits, returned: lines.reduce(0) { $0 + $1.returnedQuantity })
    }

    private var deliveredUnits: Int64 {
        if deliveredAt != nil { return lines.reduce(0) { $0 + $1.shippedQuantity } }
        return shipments.filter { $0.status == .delivered }.reduce(0) { $0 + $1.units.values.reduce(0, +) }
    }

    /// Whether goods of the order left the house on their way to the customer, and were not called back.
    var isHandedOver: Bool { !handShipped.isEmpty || shipments.contains { $0.status.isLive && $0.isHandedOver } }

    /// Whether anything was ever handed over.
    var wasHandedOver: Bool { !handShipped.isEmpty || shipments.contains(where: \.isHandedOver) }

    var isWhollyShipped: Bool { lines.allSatisfy { $0.shippedQuantity == $0.quantity } }

    /// Units of each line that are on no live waybill and not marked as shipped.
    var openUnits: [Identifier: Int64] {
        Dictionary(uniqueKeysWithValues: lines.map { ($0.id, $0.quantity - $0.shippedQuantity) })
    }
}

extension OrderPaymentStatus {
    static func rollUp(total: Int64, paid: Int64, refunded: Int64, attempts: [PaymentStatus]) -> OrderPaymentStatus {
        guard paid > 0 else {
            if total == 0 { return .paid }
            if attempts.contains(where: \.isOpen) { return .pending }
            let newest = attempts.last { $0 != .cancelled }
            return newest == .failed || newest == .expired ? .failed : .unpaid
        }
        if refunded == paid { return .refunded }
        if refunded > 0 { return .partiallyRefunded }
        return paid >= total ? .paid : .partiallyPaid
    }
}

extension FulfilmentStatus {
    static func rollUp(units: Int64, shipped: Int64, delivered: Int64, returned: Int64) -> FulfilmentStatus {
        if returned > 0 { return returned == units ? .returned : .partiallyReturned }
        if delivered > 0 { return delivered == units ? .delivered : .partiallyDelivered }
        if shipped > 0 { return shipped == units ? .shipped : .partiallyShipped }
        return .unfulfilled
    }
}
