import Contracts
import Postgres
import Worker

extension PaymentStore {
    /// At most six statements. The order's revision guards the aggregate: a conflict touches fewer rows than expected.
    static func save(_ changed: [Changed<Identifier, OrderPayments>]) -> [Saving] {
        let known = changed.compactMap { change in change.after.order.map { (change, $0) } }
        var savings: [Saving] = []
        if !known.isEmpty { savings.append(orders(known)) }
        let payments = known.flatMap { change, _ in
            change.after.payments.enumerated().filter { change.before?.payment($1.id) != $1 }.map { number, payment in
                Numbered(number: number, value: payment, before: change.before?.payment(payment.id))
            }
        }
        if !payments.isEmpty { savings.append(upsert(payments)) }
        let refunds = payments.flatMap { payment in
            payment.value.refunds.enumerated().filter { payment.before?.refund($1.id) != $1 }.map { number, refund in
                (payment.value, Numbered(number: number, value: refund, before: nil))
            }
        }
        if !refunds.isEmpty { savings.append(upsert(refunds)) }
        let matched = known.flatMap { change, order in change.after.callbacks.map { ($0, order.tenant) } }
        if !matched.isEmpty { savings.append(keep(matched)) }
        let stray = changed.filter { $0.after.order == nil }.flatMap(\.after.callbacks)
        if !stray.isEmpty { savings.append(keepUnmatched(stray)) }
        let postings = known.flatMap { change, _ in Posting.made(from: change.before, to: change.after) }
        if !postings.isEmpty { savings.append(post(postings)) }
        return savings
    }

    private static func orders(_ orders: [(Changed<Identifier, OrderPayments>, OrderSnapshot)]) -> Saving {
        Saving(
            Statement(
                """
                INSERT INTO order_payments (order_id, tenant_id, revision, snapshot)
                SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::json[])
                ON CONFLICT (order_id) DO UPDATE SET revision = excluded.revision, snapshot = excluded.snapshot
                WHERE order_payments.revision = excluded.revision - 1
                """,
                [
                    .ids(orders.map(\.1.id)), .texts(orders.map(\.1.tenant)),
                    .int64Array(orders.map { ($0.0.before?.revision ?? 0) + 1 }),
                    .jsonArray(orders.map(\.1.storedBytes)),
                ]), expectedRows: orders.count)
    }

    private static func upsert(_ payments: [Numbered<Payment>]) -> Saving {
        Saving(
            Statement(
                """
                INSERT INTO payments (id, order_id, tenant_id, customer_id, provider, status, amount, currency,
                    needs_review, version, created_at, updated_at, details, number)
                SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                    $8::text[], $9::boolean[], $10::bigint[], $11::timestamptz[], $12::timestamptz[], $13::json[], $14::integer[])
                ON CONFLICT (id) DO UPDATE SET status = excluded.status, needs_review = excluded.needs_review,
                    version = excluded.version, updated_at = excluded.updated_at, details = excluded.details
                WHERE payments.version < excluded.version
                """,
                [
                    .ids(payments.map(\.value.id)), .ids(payments.map(\.value.orderID)),
                    .texts(payments.map(\.value.tenant)),
                    .texts(payments.map(\.value.customerID)), .texts(payments.map(\.value.provider.rawValue)),
                    .texts(payments.map(\.value.status.rawValue)), .int64Array(payments.map(\.value.amount.minor)),
                    .texts(payments.map(\.value.currency.code)), .boolArray(payments.map(\.value.needsReview)),
                    .int64Array(payments.map(\.value.version)), .times(payments.map(\.value.createdAt)),
                    .times(payments.map(\.value.updatedAt)), .jsonArray(payments.map(\.value.storedDetails)),
                    .int32Array(payments.map { Int32($0.number) }),
                ]), expectedRows: payments.count)
    }

    private static func upsert(_ refunds: [(Payment, Numbered<Refund>)]) -> Saving {
        Saving(
            Statement(
                """
                INSERT INTO refunds (id, payment_id, tenant_id, amount, currency, status, reason, surplus, created_at,
                    details, number)
                SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
                    $8::boolean[], $9::timestamptz[], $10::json[], $11::integer[])
                ON CONFLICT (id) DO UPDATE SET status = excluded.status, details = excluded.details
                """,
                [
                    .ids(refunds.map(\.1.value.id)), .ids(refunds.map(\.0.id)), .texts(refunds.map(\.0.tenant)),
                    .int64Array(refunds.map(\.1.value.amount.minor)),
                    .texts(refunds.map(\.1.value.amount.currency.code)),
                    .texts(refunds.map(\.1.value.status.rawValue)), .texts(refunds.map(\.1.value.reason.rawValue)),
                    .boolArray(refunds.map(\.1.value.isSurplus)), .times(refunds.map(\.1.value.createdAt)),
                    .jsonArray(refunds.map(\.1.value.storedDetails)),
                    .int32Array(refunds.map { Int32($0.1.number) }),
                ]), expectedRows: refunds.count)
    }

    private static func keep(_ records: [(CallbackRecord, String)]) -> Saving {
        let paired = records.compactMap { record, tenant in record.paymentID.map { (record, tenant, $0) } }
        return Saving(
            Statement(
                """
                INSERT INTO callbacks (id, payment_id, tenant_id, provider, verdict, document, received_at)
                SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::json[],
                    $7::timestamptz[])
                ON CONFLICT DO NOTHING
                """,
                [
                    .ids(paired.map(\.0.id)), .ids(paired.map(\.2)), .texts(paired.map(\.1)),
                    .texts(paired.map(\.0.provider.rawValue)), .texts(paired.map(\.0.verdict.rawValue)),
                    .jsonArray(paired.map(\.0.document)), .times(paired.map(\.0.receivedAt)),
                ]))
    }

    private static func keepUnmatched(_ records: [CallbackRecord]) -> Saving {
        Saving(
            Statement(
                """
                INSERT INTO unmatched_callbacks (id, provider, reference, document, received_at)
                SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::json[], $5::timestamptz[])
                ON CONFLICT DO NOTHING
                """,
                [
                    .ids(records.map(\.id)), .texts(records.map(\.provider.rawValue)), .texts(records.map(\.reference)),
                    .jsonArray(records.map(\.document)), .times(records.map(\.receivedAt)),
                ]))
    }

    private static func post(_ postings: [Posting]) -> Saving {
        let entries = postings.flatMap(\.entries)
        return Saving(
            Statement(
                """
                INSERT INTO ledger_entries (posting_id, account, tenant_id, payment_id, kind, amount, currency, posted_at)
                SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::text[],
                    $8::timestamptz[])
                """,
                [
                    .ids(entries.map(\.posting.id)), .texts(entries.map(\.account)),
                    .texts(entries.map(\.posting.tenant)), .ids(entries.map(\.posting.paymentID)),
                    .texts(entries.map(\.posting.kind.rawValue)), .int64Array(entries.map(\.amount)),
                    .texts(entries.map(\.posting.amount.currency.code)), .times(entries.map(\.posting.at)),
                ]), expectedRows: entries.count)
    }
}

/// A row with its place in the aggregate, and how it was when the aggregate was loaded.
private struct Numbered<Value> {
    let number: Int
    let value: Value
    let before: Value?
}
