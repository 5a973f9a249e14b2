import Contracts
import Postgres
import Worker

/// All SQL of the payments, set-based: as many statements for a batch as for one order.
enum PaymentStore {
    static let paymentColumns = """
        p.id, p.order_id, p.tenant_id, p.customer_id, p.provider, p.status, p.amount, p.currency, p.needs_review, \
        p.version, p.created_at, p.updated_at, p.details
        """
    static let refundColumns =
        "r.id, r.payment_id, r.amount, r.currency, r.status, r.reason, r.surplus, r.created_at, r.details"

    /// Locks the orders in the order of their ids, then reads what belongs to them.
    static func load(orders: [Identifier]) -> [Statement] {
        guard !orders.isEmpty else { return [] }
        let keys = [PostgresValue.ids(orders)]
        return [
            Statement(
                """
                SELECT order_id, revision, snapshot FROM order_payments WHERE order_id = ANY($1)
                ORDER BY order_id FOR NO KEY UPDATE
                """, keys),
            Statement(
                "SELECT \(paymentColumns) FROM payments p WHERE p.order_id = ANY($1) ORDER BY p.number", keys),
            Statement(
                """
                SELECT \(refundColumns) FROM refunds r JOIN payments p ON p.id = r.payment_id
                WHERE p.order_id = ANY($1) ORDER BY r.number
                """, keys),
        ]
    }

    /// The aggregates of the three answers to ``load(orders:)``.
    static func states(_ rows: [Rows]) throws -> [Identifier: OrderPayments] {
        guard rows.count == 3 else { return [:] }
        var states: [Identifier: OrderPayments] = [:]
        for row in rows[0] {
            states[Identifier(try row.uuid(0))] = OrderPayments(
                order: try OrderSnapshot(json: try JSONParser.parse(try row.json(2))), revision: try row.int64(1))
        }
        for payment in try payments(rows[1], refunds: rows[2]) {
            states[payment.orderID]?.payments.append(payment)
        }
        return states
    }

    /// Payments with their refunds.
    static func payments(_ payments: some Sequence<Row>, refunds: Rows) throws -> [Payment] {
        var refundsOf: [Identifier: [Refund]] = [:]
        for row in refunds { refundsOf[Identifier(try row.uuid(1)), default: []].append(try Refund(row)) }
        return try payments.map { row in
            var payment = try Payment(row)
            payment.refunds = refundsOf[payment.id] ?? []
            return payment
        }
    }

    /// The orders of payments; an unknown payment is left out.
    static func orders(
        of payments: [Identifier], _ read: (Statement) throws -> Rows
    ) throws -> [Identifier: Identifier] {
        let rows = try read(Statement("SELECT id, order_id FROM payments WHERE id = ANY($1)", [.ids(payments)]))
        var orders: [Identifier: Identifier] = [:]
        for row in rows { orders[Identifier(try row.uuid(0))] = Identifier(try row.uuid(1)) }
        return orders
    }
}
