import Contracts
import Postgres
import Worker

/// All SQL of the uses of codes.
enum RedemptionStore {
    /// A use that may exist.
    struct Place: Hashable, Sendable {
        let key: PromoKey
        let orderID: Identifier
    }

    /// A customer on whom a code is tried.
    struct Trial: Hashable, Sendable {
        let key: PromoKey
        let customerID: String
    }

    static func read(_ places: [Place]) -> Statement {
        Statement(
            """
            SELECT r.tenant_id, r.code, r.order_id, r.redemption_id, r.customer_id, r.discount, r.shipping_discount,
                   r.currency, r.allocations, r.is_first_order, r.created_at, r.released_at, r.release_reason,
                   r.order_version
            FROM redemptions r JOIN unnest($1::text[], $2::text[], $3::uuid[]) AS wanted (tenant_id, code, order_id)
                ON r.order_id = wanted.order_id AND r.code = wanted.code AND r.tenant_id = wanted.tenant_id
            """,
            [
                .texts(places.map(\.key.tenant)), .texts(places.map(\.key.code)),
                .ids(places.map(\.orderID)),
            ])
    }

    static func redemption(_ row: Row) throws -> Redemption {
        guard let currency = Currency(try row.text(7)) else { throw StoredFormatError("currency") }
        let allocations = try JSONParser.parse(try row.json(8)).array ?? []
        return Redemption(
            key: PromoKey(tenant: try row.text(0), code: try row.text(1)), id: Identifier(try row.uuid(3)),
            orderID: Identifier(try row.uuid(2)), customerID: try row.text(4),
            discount: Money(minor: try row.int64(5), currency),
            shippingDiscount: Money(minor: try row.int64(6), currency),
            allocations: try allocations.map {
                Redemption.Allocation(
                    productID: try $0.text("product_id"), discount: try $0.money("discount", currency))
            },
            isFirstOrder: try row.bool(9), createdAt: Timestamp(microseconds: try row.timestamp(10)),
            orderVersion: try row.int64(13),
            releasedAt: try row.timestampOrNil(11).map { Timestamp(microseconds: $0) },
            releaseReason: try row.textOrNil(12).flatMap { Redemption.ReleaseReason(rawValue: $0) })
    }

    /// Makes transactions that try first-order codes on the same customer follow each other, whichever codes they are:
    /// a customer has one live use among them all. Taken after the codes' locks and in one order.
    static func lockCustomers(_ trials: [Trial]) -> Statement {
        Statement(
            """
            SELECT pg_advisory_xact_lock(k) FROM (
                SELECT DISTINCT hashtextextended(t.tenant_id || ' ' || t.customer_id, 0) AS k
                FROM unnest($1::text[], $2::text[], $3::text[]) AS t (tenant_id, code, customer_id)
                    JOIN promo_codes c ON c.tenant_id = t.tenant_id AND c.code = t.code
                WHERE c.is_first_order ORDER BY k) AS customers
            """,
            [
                .texts(trials.map(\.key.tenant)), .texts(trials.map(\.key.code)),
                .texts(trials.map(\.customerID)),
            ])
    }

    /// What is known of customers, to be read after the codes are locked: live uses of the code, whether an order was
    /// ever confirmed, whether a first-order code is held.
    static func standings(_ trials: [Trial]) -> Statement {
        Statement(
            """
            SELECT t.tenant_id, t.code, t.customer_id,
                (SELECT count(*) FROM redemptions r
                 WHERE r.tenant_id = t.tenant_id AND r.customer_id = t.customer_id AND r.code = t.code
                   AND r.released_at IS NULL),
                EXISTS (SELECT FROM known_customers k
                        WHERE k.tenant_id = t.tenant_id AND k.customer_id = t.customer_id),
                EXISTS (SELECT FROM redemptions r
                        WHERE r.tenant_id = t.tenant_id AND r.customer_id = t.customer_id AND r.is_first_order
                          AND r.released_at IS NULL)
            FROM unnest($1::text[], $2::text[], $3::text[]) AS t (tenant_id, code, customer_id)
            """,
            [
                .texts(trials.map(\.key.tenant)), .texts(trials.map(\.key.code)),
                .texts(trials.map(\.customerID)),
            ])
    }

    static func standing(_ row: Row) throws -> (PromoKey, CustomerStanding) {
        (
            PromoKey(tenant: try row.text(0), code: try row.text(1)),
            CustomerStanding(
                customerID: try row.text(2), uses: try row.int64(3), hasConfirmedOrder: try row.bool(4),
                holdsFirstOrderCode: try row.bool(5))
        )
    }

    /// Notes customers with a confirmed order.
    static func know(_ customers: [(tenant: String, customerID: String)]) -> Statement {
        Statement(
            """
            INSERT INTO known_customers (tenant_id, customer_id)
            SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING
            """, [.texts(customers.map(\.tenant)), .texts(customers.map(\.customerID))])
    }

    /// Which codes orders hold.
    static func codes(of orders: [(tenant: String, orderID: Identifier)]) -> Statement {
        Statement(
            """
            SELECT r.tenant_id, r.order_id, r.code
            FROM redemptions r JOIN unnest($1::text[], $2::uuid[]) AS wanted (tenant_id, order_id)
                ON r.order_id = wanted.order_id AND r.tenant_id = wanted.tenant_id
            WHERE r.released_at IS NULL
            """, [.texts(orders.map(\.tenant)), .ids(orders.map(\.orderID))])
    }

    /// Stores uses. An order that takes a code again after it was given back has a new use in the place of the old one.
    static func save(_ redemptions: [Redemption]) -> Statement {
        Statement(
            """
            INSERT INTO redemptions (tenant_id, code, order_id, redemption_id, customer_id, discount, shipping_discount,
                currency, allocations, is_first_order, created_at, released_at, release_reason, order_version)
            SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[],
                $8::text[], $9::json[], $10::boolean[], $11::timestamptz[], $12::timestamptz[], $13::text[],
                $14::bigint[])
            ON CONFLICT ON CONSTRAINT redemptions_pkey DO UPDATE SET redemption_id = excluded.redemption_id,
                customer_id = excluded.customer_id, discount = excluded.discount,
                shipping_discount = excluded.shipping_discount, currency = excluded.currency,
                allocations = excluded.allocations, is_first_order = excluded.is_first_order,
                created_at = excluded.created_at, released_at = excluded.released_at,
                release_reason = excluded.release_reason, order_version = excluded.order_version
            """,
            [
                .texts(redemptions.map(\.key.tenant)), .texts(redemptions.map(\.key.code)),
                .ids(redemptions.map(\.orderID)), .ids(redemptions.map(\.id)),
                .texts(redemptions.map(\.customerID)),
                .int64Array(redemptions.map(\.discount.minor)),
                .int64Array(redemptions.map(\.shippingDiscount.minor)),
                .texts(redemptions.map(\.currency.code)),
                .jsonArray(redemptions.map(\.allocationsJSON)),
                .boolArray(redemptions.map(\.isFirstOrder)),
                .times(redemptions.map(\.createdAt)),
                .optionalTimes(redemptions.map(\.releasedAt)),
                .textArray(redemptions.map(\.releaseReason?.rawValue)),
                .int64Array(redemptions.map(\.orderVersion)),
            ])
    }
}

extension Redemption {
    fileprivate var allocationsJSON: [UInt8] {
        var writer = JSONWriter()
        writer.array(allocations) { $1.write(to: &$0) }
        return writer.bytes
    }
}
