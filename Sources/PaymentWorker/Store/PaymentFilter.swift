import Contracts
import Postgres
import Worker

/// What a list of payments is narrowed to, read from query parameters. A customer's list is of its own orders' payments.
struct PaymentFilter: Sendable {
    let range: ListRange
    private let tenant: String
    private let customerID: String?
    private let orderID: Identifier?
    private let statuses: Set<PaymentStatus>?
    private let providers: Set<PaymentProvider>?
    private let needsReview: Bool?

    /// Throws ``Refusal`` 400.
    init(_ query: Message, _ key: CursorKey) throws(Refusal) {
        var parameters = QueryParameters(query)
        orderID = parameters.id("order_id")
        statuses = parameters.words("status", PaymentStatus.self)
        providers = parameters.words("provider", PaymentProvider.self)
        needsReview = parameters.flag("needs_review")
        range = try ListRange(query, &parameters, key)
        tenant = query.tenant
        customerID = query.actor.isStaff ? nil : query.actor.id ?? ""
    }

    /// The page, and the refunds of its payments.
    var statements: [Statement] {
        let values =
            [.text(tenant)] + range.values + [
                .optional(orderID), .optional(customerID), .words(statuses), .words(providers), .optional(needsReview),
            ]
        let refunds = """
            SELECT \(PaymentStore.refundColumns) FROM refunds r
            WHERE r.payment_id = ANY(ARRAY(SELECT page.id FROM (\(sql)) AS page)) ORDER BY r.number
            """
        return [Statement(sql, values), Statement(refunds, values)]
    }

    private var sql: String {
        let text = PageText(
            range, of: "payments p", columns: PaymentStore.paymentColumns, key: "id",
            filters: """
                AND ($7::uuid IS NULL OR order_id = $7) AND ($8::text IS NULL OR customer_id = $8)
                AND ($9::text[] IS NULL OR status = ANY($9)) AND ($10::text[] IS NULL OR provider = ANY($10))
                AND ($11::boolean IS NULL OR needs_review = $11)
                """)
        if orderID != nil { return text.page("AND order_id = $7") }
        if customerID != nil { return text.page("AND customer_id = $8") }
        if needsReview == true { return text.page("AND needs_review") }
        if statuses != nil { return text.pages(of: "status", "$9") }
        if providers != nil { return text.pages(of: "provider", "$10") }
        return text.page()
    }
}
