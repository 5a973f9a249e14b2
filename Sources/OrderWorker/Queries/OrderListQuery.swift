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
            let page = try Page(rows[0], of: filter.range, by: "id")
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
                .words(filter.statuses), .words(filter.paymentStatuses), .words(filter.fulfilmentStatuses),
            ])
    }

    private static func sql(_ filter: OrderFilter) -> String {
        let text = PageText(
            filter.range, of: "orders", columns: "\(OrderQueries.columns), created_at", key: "id", filters: filters)
        if filter.reference != nil { return text.page("AND reference = $8") }
        if filter.customerID != nil { return text.page("AND customer_id = $7") }
        if filter.promoCode != nil { return text.page("AND promo_code = $9") }
        if filter.statuses != nil { return text.pages(of: "status", "$10") }
        if let statuses = filter.fulfilmentStatuses, !statuses.contains(.unfulfilled) {
            return text.pages(of: "fulfilment_status", "$12", but: FulfilmentStatus.unfulfilled.rawValue)
        }
        if let statuses = filter.paymentStatuses, !statuses.contains(.unpaid) {
            return text.pages(of: "payment_status", "$11", but: OrderPaymentStatus.unpaid.rawValue)
        }
        return text.page()
    }

    private static let filters = """
        AND ($7::text IS NULL OR customer_id = $7) AND ($8::text IS NULL OR reference = $8)
        AND ($9::text IS NULL OR promo_code = $9) AND ($10::text[] IS NULL OR status = ANY($10))
        AND ($11::text[] IS NULL OR payment_status = ANY($11))
        AND ($12::text[] IS NULL OR fulfilment_status = ANY($12))
        """
}
