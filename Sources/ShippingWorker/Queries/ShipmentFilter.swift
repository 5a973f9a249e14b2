import Contracts
import Postgres
import Worker

/// What a list of shipments is narrowed to, read from query parameters. A customer's list is of its own orders' shipments.
struct ShipmentFilter: Sendable {
    let range: ListRange
    private let tenant: String
    private let customerID: String?
    private let orderID: Identifier?
    private let trackingNumber: String?
    private let statuses: Set<ShipmentStatus>?
    private let carriers: Set<Carrier>?

    /// Throws ``Refusal`` 400.
    init(_ query: Message, _ key: CursorKey) throws(Refusal) {
        var parameters = QueryParameters(query)
        orderID = parameters.id("order_id")
        statuses = parameters.words("status", ShipmentStatus.self)
        carriers = parameters.words("carrier", Carrier.self)
        trackingNumber = parameters.value("tracking_number", "Must have 1 to 64 characters.") { text in
            (1...64).contains(text.unicodeScalars.count) && !text.unicodeScalars.contains("\0") ? text : nil
        }
        range = try ListRange(query, &parameters, key)
        tenant = query.tenant
        customerID = query.actor.isStaff ? nil : query.actor.id ?? ""
    }

    /// The page. The index of tracking numbers begins with the carrier, so that all carriers are named with a number.
    var statement: Statement {
        let carriers = trackingNumber == nil ? carriers : carriers ?? Set(Carrier.allCases)
        return Statement(
            sql,
            [.text(tenant)] + range.values + [
                .optional(orderID), .optional(customerID), .optional(trackingNumber), .words(statuses),
                .words(carriers),
            ])
    }

    private var sql: String {
        let text = PageText(
            range, of: "shipments", columns: "document, shipment_id, created_at", key: "shipment_id",
            filters: """
                AND ($7::uuid IS NULL OR order_id = $7) AND ($8::text IS NULL OR customer_id = $8)
                AND ($9::text IS NULL OR tracking_number = $9) AND ($10::text[] IS NULL OR status = ANY($10))
                AND ($11::text[] IS NULL OR carrier = ANY($11))
                """)
        if trackingNumber != nil { return text.page("AND carrier = ANY($11) AND tracking_number = $9") }
        if orderID != nil { return text.page("AND order_id = $7") }
        if customerID != nil { return text.page("AND customer_id = $8") }
        if statuses != nil { return text.pages(of: "status", "$10") }
        if carriers != nil { return text.pages(of: "carrier", "$11") }
        return text.page()
    }
}
