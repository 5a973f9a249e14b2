import Contracts
import Postgres
import Worker

/// Answers reads of orders and returns: `order.get`, `order.list`, `order.timeline`, `order.figures`, `return.get`,
/// `return.list`.
struct OrderQueries: QueryHandler {
    let types = ["order.get", "order.list", "order.timeline", "order.figures"] + ReturnQueries.types
    let cursors: CursorKey
    let figures: FiguresTerms

    func answer(_ queries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Reply] {
        let ids = queries.filter { $0.type == "order.get" }.compactMap(\.orderID)
        let others = queries.filter { $0.type != "order.get" }.map(plan)
        var rows = try read((ids.isEmpty ? [] : [Self.byIDs(ids)]) + others.flatMap(\.statements))
        var found: [Identifier: Row] = [:]
        if !ids.isEmpty {
            for row in rows.removeFirst() { found[Identifier(try row.uuid("id"))] = row }
        }
        var replies = try QueryPlan.answer(others, from: rows)[...]
        return try queries.map { query in
            query.type == "order.get" ? try get(query, query.orderID.flatMap { found[$0] }) : replies.removeFirst()
        }
    }

    private func plan(_ query: Message) -> QueryPlan {
        switch query.type {
        case "order.list": OrderListQuery.plan(query, cursors)
        case "order.timeline": OrderTimelineQuery.plan(query, cursors)
        case "order.figures": FiguresQuery.plan(query, figures)
        default: ReturnQueries.plan(query, cursors)
        }
    }

    static let columns = "id, tenant_id, customer_id, version, status, document, memory"

    private static func byIDs(_ ids: [Identifier]) -> Statement {
        Statement("SELECT \(columns) FROM orders WHERE id = ANY($1)", [.ids(ids)])
    }

    private func get(_ query: Message, _ row: Row?) throws -> Reply {
        guard let row, try row.isVisible(to: query) else { return Problem.notFound("order").reply(to: query) }
        let etag = "\"\(try row.int64("version"))\""
        let headers = ["ETag": etag, "Vary": "Authorization", "Cache-Control": "private, no-cache"]
        if query.parameters["if-none-match"].map({ ETagList($0).contains(etag) }) == true {
            return Reply(status: 304, headers: headers, body: [])
        }
        return Reply(status: 200, headers: headers, body: try row.view(for: query.actor))
    }
}

extension Message {
    /// The order named by the path.
    var orderID: Identifier? { parameters["id"].flatMap { Identifier($0) } }
}

extension Row {
    /// Another tenant's order, and for a customer another customer's, does not exist.
    func isVisible(to query: Message) throws -> Bool {
        try text("tenant_id") == query.tenant && query.actor.maySee(customer: text("customer_id"))
    }

    /// The stored document with what the actor may do now.
    func view(for actor: Actor) throws -> [UInt8] {
        OrderView.body(document: try json("document"), allowed: try allowedTransitions(for: actor))
    }

    /// Most orders answer this from their status alone; only what depends on money or parcels is read whole.
    func allowedTransitions(for actor: Actor) throws -> [OrderStatus] {
        if try text("status") == OrderStatus.pending.rawValue {
            return actor.isAdmin ? [.confirmed, .cancelled] : [.cancelled]
        }
        let order = try Order(
            document: JSONParser.parse(try json("document")), memory: JSONParser.parse(try json("memory")))
        return OrderTransitions.allowed(for: actor, order)
    }
}
