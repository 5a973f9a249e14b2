import Contracts
import Postgres
import Worker

/// Answers `payment.get` and `payment.status`: two statements for a whole batch.
struct PaymentQueries: QueryHandler {
    var types: [String] { ["payment.get", "payment.status"] }

    func answer(_ queries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Reply] {
        let payments = try find(Set(queries.compactMap(\.paymentID)).sorted(), read)
        return queries.map { query in
            guard let payment = query.paymentID.flatMap({ payments[$0] }), payment.tenant == query.tenant,
                query.actor.maySee(customer: payment.customerID)
            else { return Problem.notFound("payment").reply(to: query) }
            if let known = query.parameters["if-none-match"], EntityTag.matches(known, version: payment.version) {
                return .notModified(version: payment.version)
            }
            guard query.type == "payment.status" else { return .payment(payment, status: 200) }
            return Reply(status: 200, headers: ["ETag": EntityTag.text(payment.version)], body: payment.stateBytes)
        }
    }

    private func find(
        _ ids: [Identifier], _ read: ([Statement]) throws -> [Rows]
    ) throws -> [Identifier: Payment] {
        guard !ids.isEmpty else { return [:] }
        let keys = [PostgresValue.ids(ids)]
        let rows = try read([
            Statement("SELECT \(PaymentStore.paymentColumns) FROM payments p WHERE p.id = ANY($1)", keys),
            Statement(
                """
                SELECT \(PaymentStore.refundColumns) FROM refunds r WHERE r.payment_id = ANY($1)
                ORDER BY r.number
                """, keys),
        ])
        let found = try PaymentStore.payments(rows[0], refunds: rows[1])
        return Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
    }
}

extension Message {
    fileprivate var paymentID: Identifier? { parameters["id"].flatMap { Identifier($0) } }
}
