/// The SQL texts of a list's pages. Each way to the rows has an index that ends in `created_at` and the key, and so a text
/// and a plan of its own; what else is asked for (`filters`) is looked at in the rows themselves.
///
/// `$1` is the tenant, `$2` to `$6` are ``ListRange/values``; the values of the list's own filters follow.
public struct PageText {
    private let range: ListRange
    private let table: String
    private let columns: String
    private let key: String
    private let filters: String

    /// `columns` hold `created_at` and the key.
    public init(_ range: ListRange, of table: String, columns: String, key: String, filters: String) {
        self.range = range
        self.table = table
        self.columns = columns
        self.key = key
        self.filters = filters
    }

    private var order: String { "ORDER BY created_at \(range.direction), \(key) \(range.direction) LIMIT $6" }

    /// Along the index that begins with the tenant and what `condition` holds fast.
    public func page(_ condition: String = "") -> String {
        """
        SELECT \(columns) FROM \(table)
        WHERE tenant_id = $1 \(condition)
          AND (created_at, \(key)) \(range.comparison) ($2, $3) AND created_at >= $4 AND created_at < $5
          \(filters)
        \(order)
        """
    }

    /// The same by one of several words: a page of each, and the first of all of them. An index leaves out the word `but`.
    public func pages(of column: String, _ words: String, but first: String? = nil) -> String {
        let isIndexed = first.map { "AND \(column) <> '\($0)'" } ?? ""
        return """
            SELECT found.* FROM unnest(\(words)) AS wanted (word) CROSS JOIN LATERAL (
            \(page("AND \(column) = word \(isIndexed)"))
            ) AS found
            \(order)
            """
    }
}
