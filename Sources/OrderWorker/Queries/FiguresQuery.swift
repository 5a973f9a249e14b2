import Contracts
import Postgres
import Worker

/// `order.figures`: figures over orders, payments and promo codes.
enum FiguresQuery {
    static func plan(_ query: Message, _ terms: FiguresTerms) -> QueryPlan {
        let wish: FiguresWish
        do {
            wish = try FiguresWish(query, terms, now: .now)
        } catch {
            return .refused(error.problem, query)
        }
        let sql = FiguresStatements(wish: wish)
        let statements = [
            sql.created, sql.confirmed, sql.taken, sql.returned, sql.products, sql.payments, sql.promoCodes,
        ]
        return QueryPlan(statements) { rows in
            let figures = try figures(rows, wish)
            let body = try JSONWriter.object(capacity: 1024 + figures.count * 320) {
                write(wish, figures, to: &$0)
                try writeLists(rows, wish.currency, to: &$0)
            }
            return Reply(status: 200, headers: ["Vary": "Authorization"], body: body)
        }
    }

    /// The figures of each bucket.
    private static func figures(_ rows: [Rows], _ wish: FiguresWish) throws -> [OrderFigures] {
        var figures = wish.buckets.map { _ in OrderFigures(wish.currency) }
        func add(_ row: Row, _ change: (inout OrderFigures) -> Void) throws {
            let index = Int(try row.int32("bucket")) - 1
            guard figures.indices.contains(index) else { throw StoredFormatError("bucket") }
            change(&figures[index])
        }
        for row in rows[0] {
            guard let status = OrderStatus(rawValue: try row.text("status")) else { throw StoredFormatError("status") }
            let orders = try row.int64("orders")
            try add(row) { $0.created(orders, status) }
        }
        for row in rows[1] {
            let (orders, total) = (try row.int64("orders"), try row.int64("amount"))
            try add(row) { $0.confirmed(orders, total: total) }
        }
        for row in rows[2] {
            let amount = try row.int64("amount")
            try add(row) { $0.took(amount) }
        }
        for row in rows[3] {
            let amount = try row.int64("amount")
            try add(row) { $0.returned(amount) }
        }
        return figures
    }

    private static func write(_ wish: FiguresWish, _ figures: [OrderFigures], to writer: inout JSONWriter) {
        writer.member("from", wish.from)
        writer.member("to", wish.to)
        writer.member("group_by", wish.step)
        writer.member("time_zone", wish.timeZone.name)
        writer.member("currency", wish.currency)
        writer.member("totals") {
            figures.reduce(into: OrderFigures(wish.currency)) { $0 += $1 }.writeMembers(to: &$0)
        }
        writer.name("buckets")
        writer.array(zip(wish.buckets, figures)) { writer, bucket in
            writer.object {
                $0.member("start", bucket.0.start)
                $0.member("end", bucket.0.end)
                bucket.1.writeMembers(to: &$0)
            }
        }
    }

    private static func writeLists(_ rows: [Rows], _ currency: Currency, to writer: inout JSONWriter) throws {
        writer.name("top_products")
        try writer.array(rows[4]) { writer, row in
            try writer.object {
                $0.member("product_id", try row.text("product_id"))
                $0.member("sku", try row.text("sku"))
                $0.member("name", try row.text("name"))
                $0.member("quantity", try row.int64("quantity"))
                $0.member("revenue", Money(minor: try row.int64("amount"), currency))
            }
        }
        writer.name("payments")
        try writer.array(rows[5]) { writer, row in
            let (completed, failed) = (try row.int64("completed"), try row.int64("failed"))
            try writer.object {
                $0.member("provider", try row.text("provider"))
                $0.member("payments", try row.int64("payments"))
                $0.member("completed", completed)
                $0.member("failed", failed)
                $0.member("amount", Money(minor: try row.int64("amount"), currency))
                $0.member("success_rate", successRate(completed: completed, failed: failed))
            }
        }
        writer.name("promo")
        try writer.array(rows[6]) { writer, row in
            try writer.object {
                $0.member("code", try row.text("code"))
                $0.member("uses", try row.int64("uses"))
                $0.member("discount", Money(minor: try row.int64("amount"), currency))
            }
        }
    }

    /// completed ÷ (completed + failed) × 100; 0 when both are 0.
    static func successRate(completed: Int64, failed: Int64) -> Percent {
        guard completed + failed > 0 else { return Percent(hundredths: 0) }
        return Percent(hundredths: Rounding.half(completed, times: 10_000, over: completed + failed))
    }
}
