import Contracts
import Postgres
import Worker

/// What a list of returns is narrowed to, read from query parameters.
struct ReturnFilter: Sendable {
    let range: ListRange
    private let tenant: String
    private let customerID: String?
    private let orderID: Identifier?
    private let statuses: Set<ReturnStatus>?

    /// Throws ``Refusal``: 400, or 403 when a customer asks for another's returns.
    init(_ query: Message, _ key: CursorKey) throws(Refusal) {
        var parameters = QueryParameters(query)
        statuses = parameters.words("status", ReturnStatus.self)
        orderID = parameters.id("order_id")
        let customer = parameters.externalID("customer_id")
        range = try ListRange(query, &parameters, key)
        guard query.actor.isStaff || customer == nil || customer == query.actor.id else {
            throw Refusal(Problem(.forbidden, "The role customer sees its own returns only."))
        }
        tenant = query.tenant
        customerID = query.actor.isStaff ? customer : query.actor.id ?? ""
    }

    /// The page. The ways to the rows that have an index have a text of their own.
    var statement: Statement {
        let text = PageText(
            range, of: "returns", columns: ReturnStore.columns, key: "return_id",
            filters: """
                AND ($7::uuid IS NULL OR order_id = $7) AND ($8::text IS NULL OR customer_id = $8)
                AND ($9::text[] IS NULL OR status = ANY($9))
                """)
        let condition = orderID != nil ? "AND order_id = $7" : customerID != nil ? "AND customer_id = $8" : ""
        return Statement(
            text.page(condition),
            [.text(tenant)] + range.values + [.optional(orderID), .optional(customerID), .words(statuses)])
    }
}
