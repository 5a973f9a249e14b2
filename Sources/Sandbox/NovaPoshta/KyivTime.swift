import Contracts

/// The carrier's clock: local time of Kyiv, without an offset in any of its five shapes.
struct KyivTime: Sendable {
    let date: CalendarDate
    /// Seconds since local midnight.
    let seconds: Int64

    /// UTC+2; UTC+3 from the last Sunday of March to the last of October, changing at 01:00 UTC.
    init(_ time: Timestamp) {
        let utc = time.milliseconds / 1000
        let year = CalendarDate(daysSince1970: utc / 86_400).year
        let isSummer =
            utc >= Self.lastSunday(year, month: 3) * 86_400 + 3600
            && utc < Self.lastSunday(year, month: 10) * 86_400 + 3600
        let local = utc + (isSummer ? 3 : 2) * 3600
        date = CalendarDate(daysSince1970: local / 86_400)
        seconds = local % 86_400
    }

    private static func lastSunday(_ year: Int64, month: Int64) -> Int64 {
        let last = CalendarDate(year: year, month: month, day: 31)?.daysSince1970 ?? 0
        return last - (last + 4) % 7
    }

    private var clock: String {
        [seconds / 3600, seconds / 60 % 60, seconds % 60].map(Self.pad).joined(separator: ":")
    }

    /// `17-09-2025 12:00:00`
    var dashes: String { "\(Self.day(date, "-")) \(clock)" }
    /// `2025-09-17 12:00:00`
    var iso: String { "\(date) \(clock)" }
    /// `17.09.2025 12:00:00`
    var dots: String { "\(Self.day(date)) \(clock)" }
    /// `12:00 17.09.2025`
    var scan: String { "\(clock.prefix(5)) \(Self.day(date))" }

    /// `17.09.2025`
    static func day(_ date: CalendarDate, _ separator: String = ".") -> String {
        [pad(date.day), pad(date.month), "\(date.year)"].joined(separator: separator)
    }

    /// Reads `17.09.2025`, with a time of day after it or without.
    static func day(_ text: String) -> CalendarDate? {
        let parts = text.prefix { $0 != " " }.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 2, parts[1].count == 2, parts[2].count == 4,
            let day = Int64(parts[0]), let month = Int64(parts[1]), let year = Int64(parts[2])
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    private static func pad(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
