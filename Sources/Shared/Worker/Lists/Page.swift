import Contracts
import Postgres

/// One page of rows that were asked for with one more than is shown, which tells whether another page follows.
public struct Page {
    public let rows: [Row]
    private let next: String?
    private let series: PageSeries

    /// `place` is where a row stands in the list.
    public init(_ rows: Rows, limit: Int, of series: PageSeries, _ place: (Row) throws -> PagePlace) throws {
        self.rows = Array(rows.prefix(limit))
        self.series = series
        next = rows.count > limit ? try self.rows.last.map { series.cursor(after: try place($0)) } : nil
    }

    /// The page of a list that is sorted by `created_at` and then by this key.
    public init(_ rows: Rows, of range: ListRange, by key: Column) throws {
        try self.init(rows, limit: range.limit, of: range.series) {
            PagePlace(time: Timestamp(microseconds: try $0.timestamp("created_at")), id: Identifier(try $0.uuid(key)))
        }
    }

    public var headers: [String: String] {
        var headers = ["Vary": "Authorization"]
        if let next { headers["Link"] = "<\(series.link(next))>; rel=\"next\"" }
        return headers
    }

    /// Writes `has_more` and `next_cursor`.
    public func writeEnd(to writer: inout JSONWriter) {
        writer.member("has_more", next != nil)
        writer.name("next_cursor")
        if let next { writer.string(next) } else { writer.null() }
    }

    /// The answer with these bodies of the rows.
    public func reply(_ views: [[UInt8]]) -> Reply {
        let body = JSONWriter.object(capacity: views.reduce(128) { $0 + $1.count }) {
            $0.name("data")
            $0.array(views) { $0.raw($1) }
            writeEnd(to: &$0)
        }
        return Reply(status: 200, headers: headers, body: body)
    }
}
