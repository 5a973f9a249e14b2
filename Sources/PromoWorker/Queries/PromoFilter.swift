import Contracts
import Postgres
import Worker

/// What a list of codes is narrowed to, read from query parameters.
struct PromoFilter: Sendable {
    let range: ListRange
    private let tenant: String
    private let isActive: Bool?
    private let types: Set<PromoType>?
    /// In upper case, as codes are stored.
    private let prefix: String?

    /// Throws ``Refusal`` 400.
    init(_ query: Message, _ key: CursorKey) throws(Refusal) {
        var parameters = QueryParameters(query)
        isActive = parameters.flag("active")
        types = parameters.words("type", PromoType.self)
        prefix = parameters.value("code_prefix", "Must be 1 to 32 letters, digits, _ or -.") { text in
            let prefix = PromoKey(tenant: query.tenant, code: PromoCode.canonical(text))
            return prefix.isPossible ? prefix.code : nil
        }
        range = try ListRange(query, &parameters, key, hasTimes: false)
        tenant = query.tenant
    }

    /// The page. Each way to the rows has an index, and a text and so a plan of its own; codes of a prefix are sorted, for
    /// they stand together in the primary key.
    var statement: Statement {
        Statement(
            prefix == nil && types != nil ? pagesOfTypes : page(prefix == nil && isActive != nil ? byActivity : ""),
            [
                .text(tenant), .time(range.after.time), .text(range.after.code), .int64(Int64(range.limit + 1)),
                .optional(prefix), .optional(isActive),
                types.map { .texts($0.map(\.rawValue).sorted()) } ?? .null(.textArray),
            ])
    }

    private let byActivity = "AND c.is_active = $6"

    /// "~" comes after every character of a code.
    private func page(_ condition: String) -> String {
        """
        SELECT \(PromoStore.columns) FROM promo_codes c
        WHERE c.tenant_id = $1 \(condition)
          AND (c.created_at, c.code) \(range.comparison) ($2, $3)
          AND ($5::text IS NULL OR c.code >= $5 AND c.code < $5 || '~')
          AND ($6::boolean IS NULL OR c.is_active = $6) AND ($7::text[] IS NULL OR c.type = ANY($7))
        ORDER BY c.created_at \(range.direction), c.code \(range.direction) LIMIT $4
        """
    }

    /// A page of each type, and the first of all of them.
    private var pagesOfTypes: String {
        """
        SELECT found.* FROM unnest($7::text[]) AS wanted (word) CROSS JOIN LATERAL (
        \(page("AND c.type = word"))
        ) AS found
        ORDER BY created_at \(range.direction), code \(range.direction) LIMIT $4
        """
    }
}
