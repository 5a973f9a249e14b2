import Contracts
import Worker

/// What figures are of when nothing else is asked for.
struct FiguresTerms: Sendable {
    let currency: Currency
    let timeZone: BusinessTimeZone
}

/// Which figures are asked for, read from query parameters.
struct FiguresWish: Sendable {
    let tenant: String
    let from: Timestamp
    let to: Timestamp
    let step: BusinessTimeZone.Step
    let timeZone: BusinessTimeZone
    let currency: Currency
    /// How many products and codes are listed.
    let top: Int
    /// Oldest first, at least one.
    let buckets: [Interval]

    private static let mostBuckets = 400

    /// Throws ``Refusal``: 400, or 403 to customers.
    init(_ query: Message, _ terms: FiguresTerms, now: Timestamp) throws(Refusal) {
        guard query.actor.isStaff else {
            throw Refusal(Problem(.forbidden, "The role \(query.actor.type.rawValue) may not do this."))
        }
        var parameters = QueryParameters(query)
        to = parameters.time("to") ?? now
        from = parameters.time("from") ?? to.adding(.seconds(-30 * 86_400))
        step = parameters.word("group_by", default: .day)
        currency = parameters.value("currency", "Must be three capital letters.") { Currency($0) } ?? terms.currency
        timeZone =
            parameters.value("time_zone", "Must be a name of the tz database.", code: "unknown_value") {
                BusinessTimeZone($0)
            } ?? terms.timeZone
        top = parameters.number("top", 1...50, default: 10)
        let isForward = from < to
        let buckets = timeZone.intervals(step, from: from, to: to, limit: Self.mostBuckets)
        if !isForward {
            parameters.refuse("to", "too_small", "Must be after from.")
        } else if buckets == nil {
            parameters.refuse("group_by", "too_many_items", "Makes more than \(Self.mostBuckets) intervals.")
        }
        if let problem = parameters.problem { throw Refusal(problem) }
        self.buckets = buckets ?? []
        tenant = query.tenant
    }
}
