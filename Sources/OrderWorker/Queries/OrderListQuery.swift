import Contracts
import Postgres
import Worker

/// `order.list`: one page of orders by keyset, newest first unless asked otherwise.
enum OrderListQuery {
    static func plan(_ query: Message, _ key: CursorKey) -> QueryPlan {
        let filter: OrderFilter
        do {
            filter = try OrderFilter(query, key)
        } catch {
            return .refused(error.problem, query)
        }
        return QueryPlan([statement(filter)]) { rows in
            let page = try Page(rows[0], limit: filter.range.limit, of: filter.range.series) {
                PagePlace(
                    time: Timestamp(microseconds: try $0.timestamp("created_at")), id: Identifier(try $0.uuid("id")))
            }
            return page.reply(try page.rows.map { try $0.view(for: query.actor) })
        }
    }

    /// Each way to the rows has an index, and a text and so a plan of its own. What else is asked for is looked at in the
    /// rows themselves.
    static func statement(_ filter: OrderFilter) -> Statement {
        Statement(
            sql(filter),
            [.text(filter.tenant)] + filter.range.values + [
                .optional(filter.customerID), .optional(filter.reference), .optional(filter.promoCode),
                words(filter.statuses), words(filter.paymentStatuses), words(filter.fulfilmentStatuses),
            ])
    }

    private static func words<Word: RawRepresentable<String>>(_ words: Set<Word>?) -> PostgresValue {
        words.map { .texts($0.map(\.rawValue).sorted()) } ?? .null(.textArray)
    }

    private static func sql(_ filter: OrderFilter) -> String {
        let range = filter.range
        if filter.reference != nil { return page(range, "AND reference = $8") }
        if filter.customerID != nil { return page(range, "AND customer_id = $7") }
        if filter.promoCode != nil { return page(range, "AND promo_code = $9") }
        if filter.statuses != nil { return pages(range, of: "status", "$10") }
        if let statuses = filter.fulfilmentStatuses, !statuses.contains(.unfulfilled) {
            return pages(range, of: "fulfilment_status", "$12", but: FulfilmentStatus.unfulfilled.rawValue)
        }
        if let statuses = filter.paymentStatuses, !statuses.contains(.unpaid) {
            return pages(range, of: "payment_status", "$11", but: OrderPaymentStatus.unpaid.rawValue)
        }
        return page(range, "")
    }

    private static let columns = "\(OrderQueries.columns), created_at"

    private static func page(_ range: ListRange, _ condition: String) -> String {
        """
        SELECT \(columns) FROM orders
        WHERE tenant_id = $1 \(condition)
          AND (created_at, id) \(range.comparison) ($2, $3) AND created_at >= $4 AND created_at < $5
          AND ($7::text IS NULL OR customer_id = $7) AND ($8::text IS NULL OR reference = $8)
          AND ($9::text IS NULL OR promo_code = $9) AND ($10::text[] IS NULL OR status = ANY($10))
          AND ($11::text[] IS NULL OR payment_status = ANY($11))
          AND ($12::text[] IS NULL OR fulfilment_status = ANY($12))
        ORDER BY created_at \(range.direction), id \(range.direction) LIMIT $6
        """
    }

    /// The same by one of several words: a page of each, and the first of all of them. An index leaves out the word `but`.
    private static func pages(
        _ range: ListRange, of column: String, _ words: String, but first: String? = nil
    ) -> String {
        let isIndexed = first.map { "AND \(column) <> '\($0)'" } ?? ""
        return """
            SELECT found.* FROM unnest(\(words)) AS wanted (word) CROSS JOIN LATERAL (
            \(page(range, "AND \(column) = word \(isIndexed)"))
            ) AS found
            ORDER BY created_at \(range.direction), id \(range.direction) LIMIT $6
            """
    }
}
