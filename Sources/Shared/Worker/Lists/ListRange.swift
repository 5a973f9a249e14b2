import Contracts
import Postgres

/// What all lists can be asked for: a time of creation (most lists), an order, a page.
public struct ListRange: Sendable {
    public let limit: Int
    public let isAscending: Bool
    public let after: PagePlace
    public let series: PageSeries
    private let createdFrom: Timestamp
    private let createdTo: Timestamp

    private enum Sort: String, CaseIterable {
        case newest = "-created_at"
        case oldest = "created_at"
    }

    public var direction: String { isAscending ? "ASC" : "DESC" }
    public var comparison: String { isAscending ? ">" : "<" }

    /// Time and id after which the page begins, first and last time of creation, and one entry more than is shown.
    public var values: [PostgresValue] {
        [.time(after.time), .id(after.id), .time(createdFrom), .time(createdTo), .int64(Int64(limit + 1))]
    }

    /// Reads the parameters after all those that only this list has. Throws ``Refusal`` for all that is wrong, which the
    /// caller answers with. Without `hasTimes` the list cannot be narrowed to a time of creation.
    public init(
        _ query: Message, _ parameters: inout QueryParameters, _ key: CursorKey, hasTimes: Bool = true
    ) throws(Refusal) {
        limit = parameters.number("limit", 1...100, default: 20)
        isAscending = parameters.word("sort", default: Sort.newest) == .oldest
        createdFrom = (hasTimes ? parameters.time("created_from") : nil) ?? PagePlace.first.time
        createdTo = (hasTimes ? parameters.time("created_to") : nil) ?? PagePlace.last.time
        let cursor = parameters.value("cursor", "") { $0 }
        if let problem = parameters.problem { throw Refusal(problem) }
        series = PageSeries(query, key)
        if let cursor {
            after = try series.place(cursor)
        } else {
            after = isAscending ? .first : .last
        }
    }
}
