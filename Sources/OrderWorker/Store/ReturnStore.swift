import Contracts
import Postgres
import Worker

/// The SQL of returns. The order remembers them; these rows are what they are found and listed by.
enum ReturnStore {
    static let columns = "return_id, customer_id, tenant_id, version, status, is_receiving, document, created_at"

    static func orders(of returns: [Identifier]) -> Statement {
        Statement("SELECT return_id, order_id FROM returns WHERE return_id = ANY($1)", [.ids(returns)])
    }

    static func byIDs(_ ids: [Identifier]) -> Statement {
        Statement("SELECT \(columns) FROM returns WHERE return_id = ANY($1)", [.ids(ids)])
    }

    static func save(_ returns: [(order: Order, goods: Return)]) -> Statement {
        Statement(
            """
            INSERT INTO returns (return_id, order_id, tenant_id, customer_id, version, status, is_receiving, created_at,
                                 document)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[],
                                 $8::timestamptz[], $9::json[])
            ON CONFLICT (return_id) DO UPDATE SET version = excluded.version, status = excluded.status,
                is_receiving = excluded.is_receiving, document = excluded.document
            """,
            [
                .ids(returns.map(\.goods.id)), .ids(returns.map(\.order.id)),
                .texts(returns.map(\.order.tenant)), .texts(returns.map(\.order.customerID)),
                .int64Array(returns.map(\.goods.version)), .texts(returns.map(\.goods.status.rawValue)),
                .boolArray(returns.map { $0.goods.receipt != nil }), .times(returns.map(\.goods.createdAt)),
                .jsonArray(returns.map { $0.goods.document(of: $0.order) }),
            ])
    }
}
