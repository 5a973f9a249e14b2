import Contracts
import Postgres
import Worker

/// The SQL of figures: sums over the log of events and, for the present status, over the orders. Nothing is counted up
/// beside them, so a figure can neither be lost nor counted twice.
///
/// Every statement takes tenant, `[from, to)` and currency; amounts come as minor units.
struct FiguresStatements {
    let wish: FiguresWish

    private var scope: [PostgresValue] {
        [.text(wish.tenant), .time(wish.from), .time(wish.to), .text(wish.currency.code)]
    }
    private var starts: PostgresValue { .times(wish.buckets.map(\.start)) }
    private var scale: PostgresValue { .int64(wish.currency.scale) }
    private var top: PostgresValue { .int64(Int64(wish.top)) }

    /// `bucket, status, orders`; buckets are counted from 1.
    var created: Statement {
        Statement(
            """
            SELECT width_bucket(created_at, $5) AS bucket, status, count(*) AS orders FROM orders
            WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3
              AND coalesce(currency, document::json->>'currency') = $4
            GROUP BY bucket, status
            """, scope + [starts])
    }

    /// `bucket, orders, amount`.
    var confirmed: Statement {
        Statement(
            """
            SELECT width_bucket(time, $5) AS bucket, count(*) AS orders, sum(said.total * $6)::bigint AS amount
            FROM events CROSS JOIN LATERAL json_to_record(body::json) AS said (currency text, total numeric)
            WHERE tenant_id = $1 AND type = 'order.confirmed' AND time >= $2 AND time < $3 AND said.currency = $4
            GROUP BY bucket
            """, scope + [starts, scale])
    }

    /// `bucket, amount`: what was taken for orders. Surplus counts neither here nor when it goes back.
    var taken: Statement {
        Statement(
            """
            SELECT width_bucket(time, $5) AS bucket, sum((said.amount - said.surplus_amount) * $6)::bigint AS amount
            FROM heard_events
                CROSS JOIN LATERAL json_to_record(body::json) AS said (currency text, amount numeric, surplus_amount numeric)
            WHERE tenant_id = $1 AND type = 'payment.completed' AND time >= $2 AND time < $3 AND said.currency = $4
            GROUP BY bucket
            """, scope + [starts, scale])
    }

    /// `bucket, amount`.
    var returned: Statement {
        Statement(
            """
            SELECT width_bucket(time, $5) AS bucket, sum(said.amount * $6)::bigint AS amount
            FROM heard_events
                CROSS JOIN LATERAL json_to_record(body::json) AS said (currency text, amount numeric, surplus boolean)
            WHERE tenant_id = $1 AND type = 'payment.refunded' AND time >= $2 AND time < $3 AND said.currency = $4
              AND NOT said.surplus
            GROUP BY bucket
            """, scope + [starts, scale])
    }

    /// `product_id, sku, name, quantity, amount`; names are those of the newest order.
    var products: Statement {
        Statement(
            """
            SELECT product_id, (array_agg(sku ORDER BY time DESC, subject))[1] AS sku,
                (array_agg(name ORDER BY time DESC, subject))[1] AS name,
                sum(quantity)::bigint AS quantity, sum(total * $5)::bigint AS amount
            FROM events CROSS JOIN LATERAL json_to_record(body::json) AS said (currency text, "order" json)
                CROSS JOIN LATERAL json_to_recordset(said."order"->'items')
                    AS item (product_id text, sku text, name text, quantity bigint, total numeric)
            WHERE tenant_id = $1 AND type = 'order.confirmed' AND time >= $2 AND time < $3 AND said.currency = $4
            GROUP BY product_id ORDER BY amount DESC, product_id COLLATE "C" LIMIT $6
            """, scope + [scale, top])
    }

    /// `provider, payments, completed, failed, amount`. A payment that failed may still have been completed.
    var payments: Statement {
        Statement(
            """
            SELECT said.provider, count(*) AS payments, count(taken.amount) AS completed,
                count(*) FILTER (WHERE taken.amount IS NULL AND ended.status IN ('failed', 'expired')) AS failed,
                coalesce(sum(taken.amount * $5), 0)::bigint AS amount
            FROM heard_events AS made
                CROSS JOIN LATERAL json_to_record(made.body::json) AS said (currency text, provider text)
                LEFT JOIN LATERAL (
                    SELECT (body::json->>'amount')::numeric AS amount FROM heard_events
                    WHERE order_id = made.order_id AND subject = made.subject AND type = 'payment.completed' LIMIT 1
                ) AS taken ON true
                LEFT JOIN LATERAL (
                    SELECT body::json->>'status' AS status FROM heard_events
                    WHERE order_id = made.order_id AND subject = made.subject AND type = 'payment.failed'
                    ORDER BY sequence DESC LIMIT 1
                ) AS ended ON true
            WHERE made.tenant_id = $1 AND made.type = 'payment.created' AND made.time >= $2 AND made.time < $3
              AND said.currency = $4
            GROUP BY said.provider ORDER BY said.provider COLLATE "C"
            """, scope + [scale])
    }

    /// `code, uses, amount`: uses that were not given back. One that was told twice counts once.
    var promoCodes: Statement {
        Statement(
            """
            SELECT code, count(*) AS uses, sum((discount + shipping_discount) * $5)::bigint AS amount FROM (
                SELECT DISTINCT ON (said.redemption_id) said.*
                FROM heard_events AS redeemed CROSS JOIN LATERAL json_to_record(redeemed.body::json) AS said (
                    redemption_id text, code text, currency text, discount numeric, shipping_discount numeric)
                WHERE tenant_id = $1 AND type = 'promo.redeemed' AND time >= $2 AND time < $3 AND said.currency = $4
                  AND NOT EXISTS (
                    SELECT FROM heard_events AS released
                    WHERE released.order_id = redeemed.order_id AND released.type = 'promo.released'
                      AND released.body::json->>'redemption_id' = said.redemption_id)
                ORDER BY said.redemption_id
            ) AS used
            GROUP BY code ORDER BY uses DESC, code COLLATE "C" LIMIT $6
            """, scope + [scale, top])
    }
}
