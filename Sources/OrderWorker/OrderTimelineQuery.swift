import Contracts
import Postgres
import Worker

/// `order.timeline`: what happened to an order, its own events and those of the workers around it, oldest first.
enum OrderTimelineQuery {
    private static let limit: Int64 = 100

    static func plan(_ query: Message) -> QueryPlan {
        guard let id = query.orderID else { return .refused(.notFound("order"), query) }
        return QueryPlan(statements: [order(id), events(id)]) { rows in
            guard let row = rows[0].first, try row.isVisible(to: query) else {
                return Problem.notFound("order").reply(to: query)
            }
            let view = try row.view(for: query.actor)
            let body = try JSONWriter.object(capacity: view.count * 3) {
                $0.member("order_id", id)
                $0.member("as_of", Timestamp.now)
                $0.member("order", raw: view)
                $0.name("data")
                try $0.array(rows[1]) { try write($1, to: &$0) }
                $0.member("has_more", false)
                $0.name("next_cursor")
                $0.null()
            }
            return Reply(status: 200, headers: ["Vary": "Authorization"], body: body)
        }
    }

    private static func order(_ id: Identifier) -> Statement {
        Statement("SELECT \(OrderQueries.columns) FROM orders WHERE id = $1", [.id(id)])
    }

    private static func events(_ id: Identifier) -> Statement {
        Statement(
            """
            SELECT event_id, type, subject, sequence, time, actor_type, actor_id, body FROM events
            WHERE subject = $1 AND is_public
            UNION ALL
            SELECT event_id, type, subject, sequence, time, actor_type, actor_id, body FROM heard_events WHERE order_id = $2
            ORDER BY time, event_id LIMIT $3
            """, [.text(id.description), .id(id), .int64(limit)])
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
