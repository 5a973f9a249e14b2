import Contracts
import Postgres
import Worker

/// The SQL of orders. Every statement works on a whole batch.
enum OrderStore {
    static func load(_ ids: [Identifier]) -> [Statement] {
        [
            Statement(
                "SELECT document, memory FROM orders WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", [.ids(ids)]),
            Statement(
                """
                SELECT order_id, command_id, state, quote, document, memory
                FROM drafts WHERE order_id = ANY($1) ORDER BY order_id FOR NO KEY UPDATE
                """, [.ids(ids)]),
        ]
    }

    static func states(orders: Rows, drafts: Rows) throws -> [Identifier: OrderState] {
        var states: [Identifier: OrderState] = [:]
        for row in drafts {
            let id = Identifier(try row.uuid("order_id"))
            guard let waitsFor = OrderDraft.Waiting(rawValue: try row.text("state")) else {
                states[id] = .abandoned
                continue
            }
            let order = try order(row)
            let quote = try row.textOrNil("quote").map { try Money(text: $0, order.currency) }
            states[id] = .draft(
                OrderDraft(
                    order: order, commandID: Identifier(try row.uuid("command_id")), waitsFor: waitsFor, quote: quote))
        }
        for row in orders {
            let order = try order(row)
            states[order.id] = .order(order)
        }
        return states
    }

    private static func order(_ row: Row) throws -> Order {
        try Order(
            document: try JSONParser.parse(try row.json("document")),
            memory: try JSONParser.parse(try row.json("memory")))
    }

    // MARK: Saving

    /// What is to be written, by table.
    struct Changes {
        var inserted: [Order] = []
        var updated: [Order] = []
        var drafts: [OrderDraft] = []
        var endedDrafts: [Identifier] = []
        var abandonedDrafts: [Identifier] = []
    }

    static func save(_ changes: Changes, at now: Timestamp) -> [Statement] {
        var statements: [Statement] = []
        if !changes.inserted.isEmpty { statements.append(insert(changes.inserted)) }
        if !changes.updated.isEmpty { statements.append(update(changes.updated)) }
        if !changes.drafts.isEmpty { statements.append(upsert(changes.drafts, at: now)) }
        if !changes.endedDrafts.isEmpty {
            statements.append(Statement("DELETE FROM drafts WHERE order_id = ANY($1)", [.ids(changes.endedDrafts)]))
        }
        if !changes.abandonedDrafts.isEmpty {
            statements.append(
                Statement(
                    "UPDATE drafts SET state = 'abandoned', updated_at = $2 WHERE order_id = ANY($1)",
                    [.ids(changes.abandonedDrafts), .time(now)]))
        }
        return statements
    }

    private static func insert(_ orders: [Order]) -> Statement {
        Statement(
            """
            INSERT INTO orders (id, tenant_id, customer_id, version, status, payment_status, fulfilment_status, reference,
                                promo_code, created_at, expires_at, document, memory, currency)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
                                 $8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[],
                                 $14::text[])
            """,
            [
                .ids(orders.column { $0.id }), .textArray(orders.column { $0.tenant }),
                .textArray(orders.column { $0.customerID }),
                .int64Array(orders.column { $0.version }), .textArray(orders.column { $0.status.rawValue }),
                .textArray(orders.column { $0.paymentStatus.rawValue }),
                .textArray(orders.column { $0.fulfilmentStatus.rawValue }),
                .textArray(orders.column { $0.reference }), .textArray(orders.column { $0.promoCode }),
                .times(orders.column { $0.createdAt }), .optionalTimes(orders.column { $0.expiresAt }),
                .utf8Array(orders.column { $0.document }), .utf8Array(orders.column { $0.memory }),
                .textArray(orders.column { $0.currency.code }),
            ])
    }

    private static func update(_ orders: [Order]) -> Statement {
        Statement(
            """
            UPDATE orders SET version = changed.version, status = changed.status, payment_status = changed.payment_status,
                fulfilment_status = changed.fulfilment_status, promo_code = changed.promo_code,
                expires_at = changed.expires_at, document = changed.document, memory = changed.memory
            FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                        $8::text[], $9::text[])
                AS changed (id, version, status, payment_status, fulfilment_status, promo_code, expires_at, document, memory)
            WHERE orders.id = changed.id
            """,
            [
                .ids(orders.column { $0.id }), .int64Array(orders.column { $0.version }),
                .textArray(orders.column { $0.status.rawValue }),
                .textArray(orders.column { $0.paymentStatus.rawValue }),
                .textArray(orders.column { $0.fulfilmentStatus.rawValue }), .textArray(orders.column { $0.promoCode }),
                .optionalTimes(orders.column { $0.expiresAt }), .utf8Array(orders.column { $0.document }),
                .utf8Array(orders.column { $0.memory }),
            ])
    }

    private static func upsert(_ drafts: [OrderDraft], at now: Timestamp) -> Statement {
        Statement(
            """
            INSERT INTO drafts (order_id, tenant_id, command_id, state, quote, document, memory, reference, updated_at)
            SELECT order_id, tenant_id, command_id, state, quote, document, memory, reference, $9
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::json[], $7::json[], $8::text[])
                AS draft (order_id, tenant_id, command_id, state, quote, document, memory, reference)
            ON CONFLICT (order_id) DO UPDATE SET state = excluded.state, quote = excluded.quote,
                document = excluded.document, memory = excluded.memory, updated_at = excluded.updated_at
            """,
            [
                .ids(drafts.map(\.order.id)), .texts(drafts.map(\.order.tenant)),
                .ids(drafts.map(\.commandID)), .texts(drafts.map(\.waitsFor.rawValue)),
                .textArray(drafts.map { $0.quote?.description }), .jsonArray(drafts.map(\.order.document)),
                .jsonArray(drafts.map(\.order.memory)), .textArray(drafts.map(\.order.reference)), .time(now),
            ])
    }

    /// Which of the references have an order, as rows of `tenant_id, reference`.
    static func taken(_ references: [(tenant: String, reference: String)]) -> Statement {
        Statement(
            """
            SELECT tenant_id, reference FROM orders
            WHERE (tenant_id, reference) IN (SELECT * FROM unnest($1::text[], $2::text[]))
            """, [.texts(references.map(\.tenant)), .texts(references.map(\.reference))])
    }

    // MARK: Timeline

    static func hear(_ events: [(order: Identifier, event: Event)]) -> Statement {
        Statement(
            """
            INSERT INTO heard_events (order_id, event_id, type, tenant_id, subject, sequence, time, actor_type, actor_id, body)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                                 $7::timestamptz[], $8::text[], $9::text[], $10::text[])
            ON CONFLICT DO NOTHING
            """,
            [
                .ids(events.map(\.order)), .ids(events.map(\.event.id)),
                .texts(events.map(\.event.type)),
                .texts(events.map(\.event.tenant)), .texts(events.map(\.event.subject)),
                .int64Array(events.map(\.event.sequence)), .times(events.map(\.event.time)),
                .texts(events.map(\.event.actor.type.rawValue)), .textArray(events.map(\.event.actor.id)),
                .utf8Array(events.map(\.event.body)),
            ])
    }

    /// Unpaid orders whose time is up.
    static func expired(at now: Timestamp, limit: Int) -> Statement {
        Statement(
            """
            SELECT id::text AS subject, tenant_id AS tenant, 'expire' AS name
            FROM orders WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
            """, [.time(now), .int64(Int64(limit))])
    }
}
