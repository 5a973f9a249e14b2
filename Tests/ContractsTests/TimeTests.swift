import Contracts
import Foundation
import Testing

/// Dates and instants against Foundation's calendar.
@Suite struct TimeTests {
    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .current
        return calendar
    }()

    private static func text(_ date: Date) -> String {
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        func two(_ value: Int?) -> String { String(format: "%02d", value ?? -1) }
        return String(format: "%04d", parts.year ?? -1) + "-\(two(parts.month))-\(two(parts.day))"
            + "T\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))"
    }

    @Test func randomInstants() {
        var random = Seeded(3)
        // From 1600 to 9999: Foundation's Gregorian calendar is the same there.
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -11_676_096_000...253_402_300_799, using: &random)
            let fraction = Int64.random(in: 0...999, using: &random)
            let expected =
                Self.text(Date(timeIntervalSince1970: Double(seconds))) + String(format: ".%03dZ", Int(fraction))
            let time = Timestamp(milliseconds: seconds * 1000 + fraction)
            #expect(time.description == expected)
            #expect(Timestamp(expected) == time)
        }
    }

    @Test func everyDayOfFourCenturies() {
        for day in stride(from: Int64(-25_567), to: 120_530, by: 1) {
            let date = CalendarDate(daysSince1970: day)
            #expect(date.daysSince1970 == day)
        }
    }

    @Test(arguments: [
        "2000-02-29", "2024-02-29", "2025-12-31", "1970-01-01", "1969-12-31", "0000-01-01", "9999-12-31",
    ])
    func days(text: String) throws {
        let date = try #require(CalendarDate(text))
        #expect(date.description == text)
        #expect(CalendarDate(daysSince1970: date.daysSince1970) == date)
    }

    @Test(arguments: [
        "1900-02-29", "2025-02-29", "2025-13-01", "2025-00-10", "2025-04-31", "2025-1-01", "2025-01-1", "25-01-01",
        "2025/01/01", "2025-01-01 ", "", "2025-01", "+025-01-01", "2025--1-01", "2025-01-+1",
    ])
    func noDays(text: String) { #expect(CalendarDate(text) == nil) }

    @Test(arguments: [
        ("2025-09-15T10:00:00Z", Int64(1_757_930_400_000)), ("2025-09-15t10:00:00z", 1_757_930_400_000),
        ("2025-09-15T13:00:00+03:00", 1_757_930_400_000), ("2025-09-15T10:00:00.5Z", 1_757_930_400_500),
        ("2025-09-15T10:00:00.123999999Z", 1_757_930_400_123), ("2025-09-14T23:30:00-10:30", 1_757_930_400_000),
        ("1969-12-31T23:59:59.999Z", -1),
    ])
    func reads(text: String, milliseconds: Int64) { #expect(Timestamp(text)?.milliseconds == milliseconds) }

    @Test(arguments: [
        "", "2025-09-15", "2025-09-15T10:00:00", "2025-09-15 10:00:00Z", "2025-09-15T24:00:00Z",
        "2025-09-15T10:60:00Z", "2025-09-15T10:00:00.Z", "2025-09-15T10:00:00.1234567890Z", "2025-09-15T10:00:00+0300",
        "2025-09-15T10:00:00+24:00", "2025-09-15T10:00:00Zz", "2025-02-30T10:00:00Z", "2025-09-15T10:00:00.5",
        "2025-09-15T10:00:00+03:0", "2025-09-15T1a:00:00Z",
    ])
    func refuses(text: String) { #expect(Timestamp(text) == nil) }

    @Test func arithmetic() {
        let time = Timestamp(milliseconds: 1000)
        #expect(time.adding(.milliseconds(-1500)).milliseconds == -500)
        #expect(time.adding(.seconds(2)).since(time) == .seconds(2))
        #expect(Timestamp(milliseconds: -1).description == "1969-12-31T23:59:59.999Z")
    }
}
