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
        let scope = orderID != nil ? "AND order_id = $7" : customerID != nil ? "AND customer_id = $8" : ""
        return Statement(
            """
            SELECT \(ReturnStore.columns) FROM returns
            WHERE tenant_id = $1 \(scope)
              AND (created_at, return_id) \(range.comparison) ($2, $3) AND created_at >= $4 AND created_at < $5
              AND ($7::uuid IS NULL OR order_id = $7) AND ($8::text IS NULL OR customer_id = $8)
              AND ($9::text[] IS NULL OR status = ANY($9))
            ORDER BY created_at \(range.direction), return_id \(range.direction) LIMIT $6
            """,
            [.text(tenant)] + range.values + [
                orderID.map { .id($0) } ?? .null(.uuid), .optional(customerID),
                statuses.map { .texts($0.map(\.rawValue).sorted()) } ?? .null(.textArray),
            ])
    }
}
