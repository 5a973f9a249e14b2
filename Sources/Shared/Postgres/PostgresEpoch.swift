/// PostgreSQL counts time from 2000-01-01, this module from 1970-01-01.
enum PostgresEpoch {
    static let microseconds: Int64 = 946_684_800_000_000
    static let days: Int32 = 10_957

    /// A time outside PostgreSQL's range becomes one the server refuses (22008), never a different valid one:
    /// its extreme values stand for infinity, the next to them is out of range.
    static func fromUnix(microseconds value: Int64) -> Int64 {
        let (result, overflow) = value.subtractingReportingOverflow(microseconds)
        return overflow ? Int64.min + 1 : result
    }

    static func fromUnix(days value: Int32) -> Int32 {
        let (result, overflow) = value.subtractingReportingOverflow(days)
        return overflow ? Int32.min + 1 : result
    }
}
