import Contracts
import Postgres
import Worker

/// `order.timeline`: what happened to an order, its own events and those of its payments, parcels, code, invoice and
/// returns, oldest first; and the order as it was at an instant.
enum OrderTimelineQuery {
    /// What is asked for.
    private struct Wish {
        let order: Identifier
        /// nil: now.
        let asOf: Timestamp?
        let limit: Int
        let after: PagePlace
        let series: PageSeries

        init(_ query: Message, _ order: Identifier, _ key: CursorKey) throws(Refusal) {
            self.order = order
            var parameters = QueryParameters(query)
            asOf = parameters.time("as_of")
            if let asOf, asOf > .now { parameters.refuse("as_of", "too_large", "Must not be in the future.") }
            limit = parameters.number("limit", 1...100, default: 20)
            let cursor = parameters.value("cursor", "") { $0 }
            if let problem = parameters.problem { throw Refusal(problem) }
            series = PageSeries(query, key)
            if let cursor { after = try series.place(cursor) } else { after = .first }
        }
    }

    static func plan(_ query: Message, _ key: CursorKey) -> QueryPlan {
        guard let id = query.orderID else { return .refused(.notFound("order"), query) }
        let wish: Wish
        do {
            wish = try Wish(query, id, key)
        } catch {
            return .refused(error.problem, query)
        }
        let asOf = wish.asOf ?? .now
        let past = wish.asOf.map { [document(wish.order, asOf: $0)] } ?? []
        return QueryPlan([order(id), events(wish, asOf: wish.asOf ?? PagePlace.last.time)] + past) { rows in
            guard let row = rows[0].first, try row.isVisible(to: query) else {
                return Problem.notFound("order").reply(to: query)
            }
            var document = try row.json("document")
            if wish.asOf != nil {
                guard let past = rows[2].first else { return Problem.notFound("order").reply(to: query) }
                document = try past.json("document")
            }
            // Who may do what is told of the order as it is: it can be done now only.
            let view = OrderView.body(document: document, allowed: try row.allowedTransitions(for: query.actor))
            let page = try Page(rows[1], limit: wish.limit, of: wish.series) { try $0.timelinePlace() }
            let body = try JSONWriter.object(capacity: view.count * 3) {
                $0.member("order_id", id)
                $0.member("as_of", asOf)
                $0.member("order", raw: view)
                $0.name("data")
                try $0.array(page.rows) { try write($1, to: &$0) }
                page.writeEnd(to: &$0)
            }
            return Reply(status: 200, headers: page.headers, body: body)
        }
    }

    private static func order(_ id: Identifier) -> Statement {
        Statement("SELECT \(OrderQueries.columns) FROM orders WHERE id = $1", [.id(id)])
    }

    /// The order after the last change up to an instant. For each version the log has one of these events, with the order
    /// in it.
    private static func document(_ id: Identifier, asOf: Timestamp) -> Statement {
        Statement(
            """
            SELECT body::json->'order' AS document FROM events
            WHERE subject = $1 AND time <= $2 AND type IN ('order.created', 'order.updated', 'order.confirmed', 'order.changed')
            ORDER BY sequence DESC LIMIT 1
            """, [.text(id.description), .time(asOf)])
    }

    private static func events(_ wish: Wish, asOf: Timestamp) -> Statement {
        let columns = "event_id, type, subject, sequence, time, actor_type, actor_id, body"
        return Statement(
            """
            SELECT \(columns) FROM events
            WHERE subject = ANY($1::text || ARRAY(SELECT return_id::text FROM returns WHERE order_id = $2)) AND is_public
              AND time <= $3 AND (time, sequence, event_id) > ($4, $5, $6)
            UNION ALL
            SELECT \(columns) FROM heard_events
            WHERE order_id = $2 AND time <= $3 AND (time, sequence, event_id) > ($4, $5, $6)
            ORDER BY time, sequence, event_id LIMIT $7
            """,
            [
                .text(wish.order.description), .id(wish.order), .time(asOf), .time(wish.after.time),
                .int64(wish.after.sequence), .id(wish.after.id), .int64(Int64(wish.limit + 1)),
            ])
    }

    private static func write(_ row: Row, to writer: inout JSONWriter) throws {
        let body = try row.json("body")
        try writer.object {
            $0.member("id", Identifier(try row.uuid("event_id")))
            $0.member("type", try row.text("type"))
            $0.member("subject", try row.text("subject"))
            $0.member("sequence", try row.int64("sequence"))
            $0.member("time", Timestamp(microseconds: try row.timestamp("time")))
            $0.member(
                "actor",
                Actor(Actor.Kind(rawValue: try row.text("actor_type")) ?? .system, id: try row.textOrNil("actor_id")))
            $0.member("reason", (try? JSONParser.parse(body))?["reason"]?.string)
            $0.member("data", raw: body)
        }
    }
}

extension Row {
    fileprivate func timelinePlace() throws -> PagePlace {
        PagePlace(
            time: Timestamp(microseconds: try timestamp("time")), sequence: try int64("sequence"),
            id: Identifier(try uuid("event_id")))
    }
}
