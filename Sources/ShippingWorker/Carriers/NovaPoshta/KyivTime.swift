import Contracts

/// Nova Poshta's clock: local time of Kyiv without an offset, in five shapes.
///
/// Kyiv is two hours ahead of UTC, three from the last Sunday of March to the last of October, 01:00 UTC both.
enum KyivTime {
    private static func isSummer(_ utcSeconds: Int64) -> Bool {
        let year = CalendarDate(daysSince1970: utcSeconds / 86_400).year
        return utcSeconds >= changeOver(year, month: 3) && utcSeconds < changeOver(year, month: 10)
    }

    /// 01:00 UTC of a month's last Sunday; the month has 31 days. Day 0 of the count was a Thursday.
    private static func changeOver(_ year: Int64, month: Int64) -> Int64 {
        let last = CalendarDate(year: year, month: month, day: 31)?.daysSince1970 ?? 0
        return (last - (last + 4) % 7) * 86_400 + 3600
    }

    static func day(_ time: Timestamp) -> CalendarDate {
        let utc = time.milliseconds / 1000
        return CalendarDate(daysSince1970: (utc + (isSummer(utc) ? 3 : 2) * 3600) / 86_400)
    }

    /// `17.09.2025`, as requests want it.
    static func text(_ date: CalendarDate) -> String { "\(two(date.day)).\(two(date.month)).\(date.year)" }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Reads `17-09-2025 12:00:00`, `2025-09-17 12:00:00`, `17.09.2025 12:00:00`, `09:41 17.09.2025` and days alone
    /// (midnight). Empty text and `0` are no time.
    static func instant(_ text: String) -> Timestamp? {
        var date: CalendarDate?
        var seconds: Int64 = 0
        for part in text.split(separator: " ") {
            if part.contains(":") {
                guard let clock = secondsOfDay(part) else { return nil }
                seconds = clock
            } else {
                date = day(part)
            }
        }
        guard let date else { return nil }
        let local = date.daysSince1970 * 86_400 + seconds
        let utc = local - (isSummer(local - 3 * 3600) ? 3 : 2) * 3600
        return Timestamp(milliseconds: utc * 1000)
    }

    /// The day of any of these shapes.
    static func date(_ text: String) -> CalendarDate? {
        text.split(separator: " ").lazy.compactMap { day($0) }.first
    }

    private static func day(_ text: Substring) -> CalendarDate? {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "-" }.map { Int64($0) }
        guard parts.count == 3, let first = parts[0], let second = parts[1], let third = parts[2] else { return nil }
        return first > 31
            ? CalendarDate(year: first, month: second, day: third)
            : CalendarDate(year: third, month: second, day: first)
    }

    /// Fractions of a second are cut off.
    private static func secondsOfDay(_ text: Substring) -> Int64? {
        let parts = text.prefix { $0 != "." }.split(separator: ":").map { Int64($0) }
        guard parts.count >= 2, let hours = parts[0], let minutes = parts[1], hours < 24, minutes < 60 else {
            return nil
        }
        return hours * 3600 + minutes * 60 + (parts.count > 2 ? parts[2] ?? 0 : 0)
    }
}
