import Contracts
import Postgres
import Worker

/// Answers `payment.get`, `payment.status` and `payment.list`: one round trip for a whole batch of the first two, and one
/// for the lists.
struct PaymentQueries: QueryHandler {
    let types = ["payment.get", "payment.status", "payment.list"]
    let cursors: CursorKey

    func answer(_ queries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Reply] {
        let lists = queries.filter { $0.type == "payment.list" }.map(list)
        var pages = try QueryPlan.answer(lists, read)[...]
        let payments = try find(Set(queries.compactMap(\.paymentID)).sorted(), read)
        return queries.map { query in
            query.type == "payment.list" ? pages.removeFirst() : one(query, query.paymentID.flatMap { payments[$0] })
        }
    }

    private func one(_ query: Message, _ payment: Payment?) -> Reply {
        guard let payment, payment.tenant == query.tenant, query.actor.maySee(customer: payment.customerID)
        else { return Problem.notFound("payment").reply(to: query) }
        if let known = query.parameters["if-none-match"], EntityTag.matches(known, version: payment.version) {
            return .notModified(version: payment.version)
        }
        guard query.type == "payment.status" else { return .payment(payment, status: 200) }
        return Reply(status: 200, headers: ["ETag": EntityTag.text(payment.version)], body: payment.stateBytes)
    }

    private func list(_ query: Message) -> QueryPlan {
        let filter: PaymentFilter
        do {
            filter = try PaymentFilter(query, cursors)
        } catch {
            return .refused(error.problem, query)
        }
        return QueryPlan(filter.statements) { rows in
            let page = try Page(rows[0], of: filter.range, by: "id")
            return page.reply(try PaymentStore.payments(page.rows, refunds: rows[1]).map(\.jsonBytes))
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
