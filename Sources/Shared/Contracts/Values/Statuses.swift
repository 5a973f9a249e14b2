/// Statuses of an order (rules.md section 4).
public enum OrderStatus: String, Sendable, CaseIterable, JSONEncodable {
    case pending, confirmed, processing, shipped, delivered, cancelled, refunded
}

/// Roll-up over the order's payments.
public enum OrderPaymentStatus: String, Sendable, CaseIterable, JSONEncodable {
    case unpaid, pending, failed, paid, refunded
    case partiallyPaid = "partially_paid"
    case partiallyRefunded = "partially_refunded"
}

/// Roll-up over the order's units.
public enum FulfilmentStatus: String, Sendable, CaseIterable, JSONEncodable {
    case unfulfilled, shipped, delivered, returned
    case partiallyShipped = "partially_shipped"
    case partiallyDelivered = "partially_delivered"
    case partiallyReturned = "partially_returned"
}

/// What the stock owner last said about the order.
public enum StockStatus: String, Sendable, CaseIterable, JSONEncodable {
    case pending, reserved, rejected, released
}

public enum PaymentProvider: String, Sendable, CaseIterable, JSONEncodable {
    case liqpay, mono, privatbank, stripe, fondy

    /// Reads a word of a request; `monobank` is another name of `mono`.
    public init?(input word: String) {
        self.init(rawValue: word == "monobank" ? "mono" : word)
    }
}

public enum PaymentStatus: String, Sendable, CaseIterable, JSONEncodable {
    case pending, processing, authorized, completed, failed, cancelled, expired, unknown, refunded
    case partiallyRefunded = "partially_refunded"

    /// An attempt whose outcome is open.
    public var isOpen: Bool { self == .pending || self == .processing || self == .authorized || self == .unknown }
}

public enum Carrier: String, Sendable, CaseIterable, JSONEncodable {
    case novaposhta, meest, justin, ukrposhta
}

/// `branch` to a post branch, `courier` to the door, `locker` to a parcel locker.
public enum DeliveryService: String, Sendable, CaseIterable, JSONEncodable {
    case branch, courier, locker
}

public enum ShipmentStatus: String, Sendable, CaseIterable, JSONEncodable {
    case pending, rejected, created, delivered, failed, returning, returned, cancelled, unknown
    case pickedUp = "picked_up"
    case inTransit = "in_transit"
    case atBranch = "at_branch"
    case outForDelivery = "out_for_delivery"

    /// Neither cancelled nor refused: its units are taken.
    public var isLive: Bool { self != .cancelled && self != .rejected }
}

public enum PromoType: String, Sendable, CaseIterable, JSONEncodable {
    case percentage, fixed
    case freeShipping = "free_shipping"
    case buyXGetY = "buy_x_get_y"
}

/// How prices and tax meet (rules.md section 2).
public enum TaxMode: String, Sendable, CaseIterable, JSONEncodable {
    case inclusive, exclusive, none
}
