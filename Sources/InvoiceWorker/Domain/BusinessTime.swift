import Contracts
import Foundation

/// Instants as the business counts them: calendar days, hours and years of one time zone with its summer time.
public struct BusinessTime: Sendable {
    private let zone: TimeZone

    /// `identifier` is a name of the tz database such as `Europe/Kyiv`; nil when no such zone is known, which is a fault
    /// of the settings.
    public init?(_ identifier: String) {
        guard let zone = TimeZone(identifier: identifier) else { return nil }
        self.zone = zone
    }

    private init(_ zone: TimeZone) { self.zone = zone }

    public static let utc = BusinessTime(.gmt)

    public func date(of instant: Timestamp) -> CalendarDate {
        CalendarDate(daysSince1970: floorDivide(localSeconds(instant), 86_400))
    }

    /// Hour and minute of the day.
    public func time(of instant: Timestamp) -> (hour: Int64, minute: Int64) {
        let seconds = localSeconds(instant)
        let inDay = seconds - floorDivide(seconds, 86_400) * 86_400
        return (inDay / 3600, inDay / 60 % 60)
    }

    private func localSeconds(_ instant: Timestamp) -> Int64 {
        let seconds = floorDivide(instant.milliseconds, 1000)
        return seconds + Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }

    private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }
}
