import Contracts

/// What this worker knows of an order: as much as deciding about money needs. Owned by the order worker, copied from
/// its messages; the higher version wins.
struct OrderSnapshot: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        let id: Identifier
        let quantity: Int64
        /// What the line costs after discount, tax included.
        let total: Money
    }

    let id: Identifier
    let tenant: String
    let customerID: String
    let currency: Currency
    var version: Int64
    var status: OrderStatus
    var total: Money
    var reference: String?
    /// The provider that is meant when a payment names none.
    var provider: PaymentProvider?
    /// What was charged for delivery, tax included.
    var shipping: Money
    var lines: [Line]

    var isPayable: Bool { status != .cancelled && status != .refunded }

    /// Takes over what a newer message says. A cancelled order never becomes payable again, however the messages
    /// overtake each other. What a message leaves out stays as it was.
    func merged(with other: OrderSnapshot) -> OrderSnapshot {
        let newer = other.version > version ? other : self
        let older = other.version > version ? self : other
        var merged = newer
        if merged.lines.isEmpty {
            merged.lines = older.lines
            merged.shipping = older.shipping
            merged.provider = older.provider
        }
        if older.status == .cancelled, newer.status != .refunded { merged.status = .cancelled }
        return merged
    }
}

extension OrderSnapshot {
    /// Reads the `Order` of the contract, or the members that every `order.*` event has.
    init(json: JSON) throws {
        currency = try json.currency()
        id = try json.optionalID("id") ?? json.id("order_id")
        tenant = try json.text("tenant_id")
        customerID = try json.text("customer_id")
        version = try json.int("version")
        status = try json.word("status")
        total = try json.money("total", currency)
        reference = json["reference"]?.string
        provider = json["payment_method"]?.string.flatMap { PaymentProvider(rawValue: $0) }
        shipping = try json.optionalMoney("shipping_cost", currency) ?? .zero(currency)
        if json["tax_mode"]?.string == TaxMode.exclusive.rawValue {
            shipping += try json.optionalMoney("shipping_tax", currency) ?? .zero(currency)
        }
        let currency = currency
        lines = try (json["items"]?.array ?? []).compactMap { item in
            guard item["total"] != nil else { return nil }
            return Line(
                id: try item.id("id"), quantity: try item.int("quantity"), total: try item.money("total", currency))
        }
    }
}
