import Contracts
import Postgres
import Worker

/// `order.list`: one page of orders by keyset, newest first unless asked otherwise.
enum OrderListQuery {
    static func plan(_ query: Message) -> QueryPlan {
        let filter: OrderFilter
        switch OrderFilter.read(query) {
        case .failure(let refusal): return .refused(refusal.problem, query)
        case .success(let read): filter = read
        }
        return QueryPlan(statements: [statement(filter)]) { rows in
            let page = Array(rows[0].prefix(filter.limit))
            let hasMore = rows[0].count > filter.limit
            let next = hasMore ? try page.last.map { try PageCursor(of: $0).text } : nil
            let views = try page.map { try $0.view(for: query.actor) }
            let body = JSONWriter.object(capacity: views.reduce(64) { $0 + $1.count }) {
                $0.name("data")
                $0.array(views) { $0.raw($1) }
                $0.member("has_more", hasMore)
                $0.name("next_cursor")
                if let next { $0.string(next) } else { $0.null() }
            }
            var headers = ["Vary": "Authorization"]
            if let next { headers["Link"] = "<\(filter.link(query.path, cursor: next))>; rel=\"next\"" }
            return Reply(status: 200, headers: headers, body: body)
        }
    }

    /// The two orders and the two scopes are texts of their own, so that each has a plan of its own.
    private static func statement(_ filter: OrderFilter) -> Statement {
        let comparison = filter.isAscending ? ">" : "<"
        let direction = filter.isAscending ? "ASC" : "DESC"
        let scope = filter.customerID == nil ? "" : " AND customer_id = $9"
        return Statement(
            """
            SELECT \(OrderQueries.columns), created_at FROM orders
            WHERE tenant_id = $1\(scope)
              AND (created_at, id) \(comparison) ($2, $3)
              AND created_at >= $4 AND created_at < $5
              AND ($6::text[] IS NULL OR status = ANY($6))
              AND ($7::text IS NULL OR reference = $7)
            ORDER BY created_at \(direction), id \(direction) LIMIT $8
            """,
            [
                .text(filter.tenant), .time(filter.after.time), .id(filter.after.id), .time(filter.createdFrom),
                .time(filter.createdTo), filter.statuses.map { .texts($0) } ?? .null(.textArray),
                .optional(filter.reference), .int64(Int64(filter.limit + 1)),
            ] + (filter.customerID.map { [.text($0)] } ?? []))
    }
}

/// The place after which a page begins.
struct PageCursor {
    let time: Timestamp
    let id: Identifier

    var text: String { "\(String(time.milliseconds, radix: 36))-\(id)" }

    init(time: Timestamp, id: Identifier) {
        self.time = time
        self.id = id
    }

    init(of row: Row) throws {
        time = Timestamp(microseconds: try row.timestamp("created_at"))
        id = Identifier(try row.uuid("id"))
    }

    init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0], radix: 36), let id = Identifier(parts[1]) else {
            return nil
        }
        self.init(time: Timestamp(milliseconds: milliseconds), id: id)
    }
}
