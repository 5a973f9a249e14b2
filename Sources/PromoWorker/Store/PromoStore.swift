import Contracts
import Postgres
import Worker

/// All SQL of the promo codes.
enum PromoStore {
    /// Columns in the order that ``promoCode(_:)`` reads them.
    static let columns = """
        c.tenant_id, c.code, c.version, c.type, c.value, c.currency, c.buy_quantity, c.get_quantity, c.max_repeats,
        c.min_order_value, c.max_discount, c.max_uses, c.max_uses_per_customer, c.current_uses, c.valid_from,
        c.valid_until, c.scope, c.is_first_order, c.is_active, c.description, c.created_at, c.updated_at
        """

    // MARK: Codes

    private static let lockCodes = """
        SELECT \(columns)
        FROM promo_codes c JOIN unnest($1::text[], $2::text[]) AS wanted (tenant_id, code)
            ON c.tenant_id = wanted.tenant_id AND c.code = wanted.code
        ORDER BY c.tenant_id, c.code FOR NO KEY UPDATE OF c
        """

    private static let readCodes = """
        SELECT \(columns)
        FROM promo_codes c JOIN unnest($1::text[], $2::text[]) AS wanted (tenant_id, code)
            ON c.tenant_id = wanted.tenant_id AND c.code = wanted.code
        """

    /// Locks and reads the codes, each asked for once.
    static func lock(_ keys: [PromoKey]) -> Statement { statement(lockCodes, keys) }
    static func read(_ keys: [PromoKey]) -> Statement { statement(readCodes, keys) }

    private static func statement(_ sql: String, _ keys: [PromoKey]) -> Statement {
        Statement(sql, [.texts(keys.map(\.tenant)), .texts(keys.map(\.code))])
    }

    static func promoCode(_ row: Row) throws -> PromoCode {
        guard let currency = Currency(try row.text(5)) else { throw StoredFormatError("currency") }
        func money(_ column: Column) throws -> Money? {
            try row.int64OrNil(column).map { Money(minor: $0, currency) }
        }
        let value = try row.int64(4)
        let grant: PromoCode.Grant
        switch PromoType(rawValue: try row.text(3)) {
        case .percentage: grant = .percentage(Percent(hundredths: value))
        case .fixed: grant = .fixed(Money(minor: value, currency))
        case .freeShipping: grant = .freeShipping
        case .buyXGetY:
            grant = .buyXGetY(buy: try row.int64(6), get: try row.int64(7), maxRepeats: try row.int64OrNil(8))
        case nil: throw StoredFormatError("type")
        }
        var code = PromoCode(
            code: try row.text(1), tenant: try row.text(0), grant: grant, currency: currency,
            minOrderValue: try money(9), maxDiscount: try money(10), maxUses: try row.int64OrNil(11),
            maxUsesPerCustomer: try row.int64OrNil(12), currentUses: try row.int64(13),
            validFrom: Timestamp(microseconds: try row.timestamp(14)),
            validUntil: Timestamp(microseconds: try row.timestamp(15)), isFirstOrder: try row.bool(17),
            isActive: try row.bool(18), note: try row.textOrNil(19), version: try row.int64(2),
            createdAt: Timestamp(microseconds: try row.timestamp(20)),
            updatedAt: Timestamp(microseconds: try row.timestamp(21)))
        if let scope = try row.jsonOrNil(16).map({ try JSONParser.parse($0) }) {
            code.categories = try scope.list("categories").compactMap(\.string)
            code.products = try scope.list("products").compactMap(\.string)
            code.customerIDs = try scope.list("customer_ids").compactMap(\.string)
        }
        return code
    }

    private static let insertCodes = """
        INSERT INTO promo_codes (tenant_id, code, version, type, value, currency, buy_quantity, get_quantity, max_repeats,
            min_order_value, max_discount, max_uses, max_uses_per_customer, current_uses, valid_from, valid_until, scope,
            is_first_order, is_active, description, created_at, updated_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::bigint[],
            $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
            $15::timestamptz[], $16::timestamptz[], $17::json[], $18::boolean[], $19::boolean[], $20::text[],
            $21::timestamptz[], $22::timestamptz[])
        """

    static func insert(_ codes: [PromoCode]) -> Statement {
        Statement(
            insertCodes,
            [
                .texts(codes.map(\.tenant)), .texts(codes.map(\.code)), .int64Array(codes.map(\.version)),
                .texts(codes.map(\.grant.type.rawValue)), .int64Array(codes.map(\.storedValue)),
                .texts(codes.map(\.currency.code)), .int64Array(codes.map(\.storedDeal?.buy)),
                .int64Array(codes.map(\.storedDeal?.get)), .int64Array(codes.map(\.storedDeal?.maxRepeats)),
                .int64Array(codes.map(\.minOrderValue?.minor)), .int64Array(codes.map(\.maxDiscount?.minor)),
                .int64Array(codes.map(\.maxUses)), .int64Array(codes.map(\.maxUsesPerCustomer)),
                .int64Array(codes.map(\.currentUses)), .times(codes.map(\.validFrom)),
                .times(codes.map(\.validUntil)), .jsonArray(codes.map(\.storedScope)),
                .boolArray(codes.map(\.isFirstOrder)), .boolArray(codes.map(\.isActive)),
                .textArray(codes.map(\.note)), .times(codes.map(\.createdAt)), .times(codes.map(\.updatedAt)),
            ])
    }

    /// Stores counts, window and limits of codes; each row must still have the version it was loaded with.
    static func update(_ codes: [(before: Int64, code: PromoCode)]) -> Statement {
        Statement(
            """
            UPDATE promo_codes c SET version = n.version, current_uses = n.current_uses, updated_at = n.updated_at,
                max_uses = n.max_uses, max_uses_per_customer = n.max_uses_per_customer, valid_from = n.valid_from,
                valid_until = n.valid_until, is_active = n.is_active, description = n.description
            FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[],
                        $7::bigint[], $8::bigint[], $9::timestamptz[], $10::timestamptz[], $11::boolean[], $12::text[])
                AS n (tenant_id, code, loaded, version, current_uses, updated_at, max_uses, max_uses_per_customer,
                      valid_from, valid_until, is_active, description)
            WHERE c.tenant_id = n.tenant_id AND c.code = n.code AND c.version = n.loaded
            """,
            [
                .texts(codes.map(\.code.tenant)), .texts(codes.map(\.code.code)),
                .int64Array(codes.map(\.before)), .int64Array(codes.map(\.code.version)),
                .int64Array(codes.map(\.code.currentUses)), .times(codes.map(\.code.updatedAt)),
                .int64Array(codes.map(\.code.maxUses)), .int64Array(codes.map(\.code.maxUsesPerCustomer)),
                .times(codes.map(\.code.validFrom)), .times(codes.map(\.code.validUntil)),
                .boolArray(codes.map(\.code.isActive)), .textArray(codes.map(\.code.note)),
            ])
    }
}

extension PromoCode {
    fileprivate var storedValue: Int64 {
        switch grant {
        case .percentage(let percent): percent.hundredths
        case .fixed(let amount): amount.minor
        case .freeShipping, .buyXGetY: 0
        }
    }

    fileprivate var storedDeal: (buy: Int64, get: Int64, maxRepeats: Int64?)? {
        guard case .buyXGetY(let buy, let get, let maxRepeats) = grant else { return nil }
        return (buy, get, maxRepeats)
    }

    fileprivate var storedScope: [UInt8]? {
        guard isRestricted || !customerIDs.isEmpty else { return nil }
        return JSONWriter.object {
            $0.member("categories", array: categories)
            $0.member("products", array: products)
            $0.member("customer_ids", array: customerIDs)
        }
    }
}
