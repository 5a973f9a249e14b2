import Contracts
import Postgres
import Worker

/// The SQL of books and documents. Every statement works on a whole batch.
enum InvoiceStore {
    // MARK: Loading

    /// Opens books of new tenants, locks the books, and reads what is known of the orders. What is read after the lock
    /// sees all that the holder before committed.
    static func load(tenants: Set<String>, orders: Set<Identifier>) -> [Statement] {
        let tenants = PostgresValue.texts(tenants.sorted())
        let orders = PostgresValue.ids(Array(orders))
        return [
            Statement(
                """
                INSERT INTO books (tenant_id, version)
                SELECT tenant_id, 0 FROM unnest($1::text[]) AS tenant (tenant_id) ORDER BY tenant_id
                ON CONFLICT DO NOTHING
                """, [tenants]),
            Statement(
                "SELECT tenant_id, version FROM books WHERE tenant_id = ANY($1) ORDER BY tenant_id FOR NO KEY UPDATE",
                [tenants]),
            Statement("SELECT tenant_id, kind, year, last_place FROM series WHERE tenant_id = ANY($1)", [tenants]),
            Statement(
                """
                SELECT tenant_id, order_id, customer_id, kind, paid, document FROM documents
                WHERE order_id = ANY($1) AND tenant_id = ANY($2) ORDER BY issued_at, year, place
                """, [orders, tenants]),
            Statement(
                """
                SELECT tenant_id, refund FROM waiting_refunds
                WHERE order_id = ANY($1) AND tenant_id = ANY($2) ORDER BY position
                """, [orders, tenants]),
        ]
    }

    /// The books from the rows of ``load(tenants:orders:)``.
    static func books(_ rows: [Rows]) throws -> [String: InvoiceBook] {
        var books: [String: InvoiceBook] = [:]
        for row in rows[1] {
            let tenant = try row.text(0)
            books[tenant] = InvoiceBook(tenant: tenant, version: try row.int64(1))
        }
        for row in rows[2] {
            let series = Series(try kind(row, 1), year: try row.int64(2))
            books[try row.text(0)]?.lastPlaces[series] = try row.int64(3)
        }
        for row in rows[3] { try enter(row, in: &books) }
        for row in rows[4] {
            let refund = try CompletedRefund(json: JSONParser.parse(row.json(1)))
            books[try row.text(0)]?.accounts[refund.orderID, default: OrderAccount()].waiting.append(refund)
        }
        return books
    }

    private static func enter(_ row: Row, in books: inout [String: InvoiceBook]) throws {
        let document = try Invoice(json: JSONParser.parse(row.json(5)))
        let tenant = try row.text(0)
        switch try kind(row, 3) {
        case .invoice:
            let invoiced = InvoicedOrder(
                invoice: document, customerID: try row.text(2),
                paid: try Money(text: row.text(4), document.currency))
            books[tenant]?.accounts[document.orderID, default: OrderAccount()].invoiced = invoiced
        case .creditNote:
            books[tenant]?.accounts[document.orderID, default: OrderAccount()].creditNotes.append(document)
        }
    }

    static func kind(_ row: Row, _ column: Column) throws -> DocumentKind {
        let word = try row.text(column)
        guard let kind = DocumentKind(rawValue: word) else { throw StoredFormatError("kind") }
        return kind
    }

    // MARK: Saving

    static func save(_ changed: [Changed<String, InvoiceBook>]) -> [Saving] {
        let news = changed.map { BookNews(from: $0.before, to: $0.after) }
        let documents = news.flatMap(\.documents)
        let held = news.flatMap(\.held)
        let settled = news.flatMap(\.settled)
        var savings = [Saving(update(changed), expectedRows: changed.count)]
        if !documents.isEmpty {
            savings.append(Saving(upsertSeries(news)))
            savings.append(Saving(insert(documents), expectedRows: documents.count))
        }
        if !held.isEmpty { savings.append(Saving(hold(held), expectedRows: held.count)) }
        if !settled.isEmpty {
            savings.append(
                Saving(
                    Statement("DELETE FROM waiting_refunds WHERE refund_id = ANY($1)", [.ids(settled)]),
                    expectedRows: settled.count))
        }
        return savings
    }

    private static func update(_ changed: [Changed<String, InvoiceBook>]) -> Statement {
        Statement(
            """
            UPDATE books SET version = changed.version
            FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS changed (tenant_id, version, version_before)
            WHERE books.tenant_id = changed.tenant_id AND books.version = changed.version_before
            """,
            [
                .texts(changed.map(\.key)), .int64Array(changed.map(\.after.version)),
                .int64Array(changed.map { $0.before?.version ?? 0 }),
            ])
    }

    private static func upsertSeries(_ news: [BookNews]) -> Statement {
        let entries = news.flatMap { book in
            book.lastPlaces.map { (tenant: book.tenant, series: $0.key, place: $0.value) }
        }
        return Statement(
            """
            INSERT INTO series (tenant_id, kind, year, last_place)
            SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
            ON CONFLICT (tenant_id, kind, year) DO UPDATE SET last_place = excluded.last_place
            """,
            [
                .texts(entries.map(\.tenant)), .texts(entries.map(\.series.kind.rawValue)),
                .int64Array(entries.map(\.series.year)), .int64Array(entries.map(\.place)),
            ])
    }

    private static func insert(_ documents: [BookNews.Document]) -> Statement {
        let invoices = documents.map(\.invoice)
        return Statement(
            """
            INSERT INTO documents (id, tenant_id, kind, year, place, order_id, customer_id, refund_id, paid, issued_at,
                                   document)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::uuid[], $7::text[],
                                 $8::uuid[], $9::text[], $10::timestamptz[], $11::json[])
            """,
            [
                .ids(invoices.map(\.id)), .texts(invoices.map(\.tenant)), .texts(invoices.map(\.kind.rawValue)),
                .int64Array(invoices.map(\.number.series.year)), .int64Array(invoices.map(\.number.place)),
                .ids(invoices.map(\.orderID)), .texts(documents.map(\.customerID)),
                .optionalIDs(invoices.map(\.refundID)), .textArray(documents.map { $0.paid?.description }),
                .times(invoices.map(\.issuedAt)), .jsonArray(invoices.map(\.jsonBytes)),
            ])
    }

    private static func hold(_ held: [(tenant: String, refund: CompletedRefund)]) -> Statement {
        Statement(
            """
            INSERT INTO waiting_refunds (refund_id, tenant_id, order_id, refund)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::json[])
            """,
            [
                .ids(held.map(\.refund.id)), .texts(held.map(\.tenant)), .ids(held.map(\.refund.orderID)),
                .jsonArray(held.map(\.refund.jsonBytes)),
            ])
    }
}
