import Contracts
import Foundation

/// A time zone of the tz database, for intervals that begin at midnight there.
struct BusinessTimeZone: Sendable, Equatable {
    /// As it was written.
    let name: String
    private let zone: TimeZone

    /// Size of an interval. Weeks begin on Monday.
    enum Step: String, CaseIterable, JSONEncodable {
        case day, week, month

        fileprivate var component: Calendar.Component {
            switch self {
            case .day: .day
            case .week: .weekOfYear
            case .month: .month
            }
        }
    }

    static let utc = BusinessTimeZone("UTC", .gmt)

    private init(_ name: String, _ zone: TimeZone) {
        self.name = name
        self.zone = zone
    }

    /// nil when there is no such time zone.
    init?(_ name: String) {
        guard (1...64).contains(name.utf8.count), let zone = TimeZone(identifier: name) else { return nil }
        self.init(name, zone)
    }

    /// The calendar's intervals between two instants; the first and the last are cut there. nil when there are more than
    /// `limit`.
    func intervals(_ step: Step, from: Timestamp, to: Timestamp, limit: Int) -> [Interval]? {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = zone
        var intervals: [Interval] = []
        var start = from
        while start < to {
            guard intervals.count < limit, let whole = calendar.dateInterval(of: step.component, for: Date(start))
            else {
                return nil
            }
            let end = min(Timestamp(whole.end), to)
            // A calendar that does not go on would never end.
            guard end > start else { return nil }
            intervals.append(Interval(start: start, end: end))
            start = end
        }
        return intervals
    }
}

/// `[start, end)`.
struct Interval: Sendable, Equatable {
    let start: Timestamp
    let end: Timestamp
}

extension Date {
    fileprivate init(_ time: Timestamp) { self.init(timeIntervalSince1970: Double(time.milliseconds) / 1000) }
}

extension Timestamp {
    fileprivate init(_ date: Date) { self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded())) }
}
