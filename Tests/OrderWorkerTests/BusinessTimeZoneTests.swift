import Contracts
import Testing
import Worker

@testable import OrderWorker

@Suite("Intervals of figures") struct BusinessTimeZoneTests {
    private func starts(
        _ zone: String, _ step: BusinessTimeZone.Step, _ from: String, _ to: String
    ) throws -> [String] {
        let zone = try #require(BusinessTimeZone(zone))
        let (from, to) = (try #require(Timestamp(from)), try #require(Timestamp(to)))
        let intervals = try #require(zone.intervals(step, from: from, to: to, limit: 400))
        #expect(intervals.first?.start == from)
        #expect(intervals.last?.end == to)
        for (one, next) in zip(intervals, intervals.dropFirst()) { #expect(one.end == next.start) }
        return intervals.map(\.start.description)
    }

    /// Clocks went back on 26 October 2025, so that day has 25 hours.
    @Test func daysBeginAtMidnightThere() throws {
        #expect(
            try starts("Europe/Kyiv", .day, "2025-10-25T10:00:00Z", "2025-10-27T22:00:00.001Z") == [
                "2025-10-25T10:00:00.000Z", "2025-10-25T21:00:00.000Z", "2025-10-26T22:00:00.000Z",
                "2025-10-27T22:00:00.000Z",
            ])
    }

    @Test func weeksBeginOnMonday() throws {
        #expect(
            try starts("UTC", .week, "2025-12-30T00:00:00Z", "2026-01-12T00:00:00Z") == [
                "2025-12-30T00:00:00.000Z", "2026-01-05T00:00:00.000Z",
            ])
    }

    @Test func monthsBeginOnTheFirst() throws {
        #expect(
            try starts("Europe/Kyiv", .month, "2025-09-01T00:00:00Z", "2025-11-01T00:00:00Z") == [
                "2025-09-01T00:00:00.000Z", "2025-09-30T21:00:00.000Z", "2025-10-31T22:00:00.000Z",
            ])
    }

    @Test(arguments: ["", "Nowhere", "Europe/Atlantis"]) func unknownZones(name: String) {
        #expect(BusinessTimeZone(name) == nil)
    }

    private func problem(_ parameters: [String: String], by actor: Actor = Actor(.staff, id: "s")) throws -> Problem? {
        let terms = FiguresTerms(currency: .uah, timeZone: try #require(BusinessTimeZone("Europe/Kyiv")))
        let query = Message(
            id: .new(), type: "order.figures", tenant: "default", actor: actor, parameters: parameters)
        do {
            _ = try FiguresWish(query, terms, now: Sample.now)
            return nil
        } catch {
            return error.problem
        }
    }

    @Test(arguments: [
        ["from": "2025-09-16T00:00:00Z", "to": "2025-09-16T00:00:00Z"], ["from": "2024-01-01T00:00:00Z"],
        ["top": "0"], ["top": "51"], ["group_by": "year"], ["time_zone": "Nowhere"], ["currency": "uah"],
        ["to": "today"],
    ]) func faults(parameters: [String: String]) throws {
        #expect(try problem(parameters)?.code == .invalidParameter)
    }

    @Test func atMost400() throws {
        let to = "2025-12-31T22:00:00Z"
        #expect(try problem(["from": "2024-11-26T22:00:00Z", "to": to]) == nil)
        #expect(try problem(["from": "2024-11-26T21:59:59Z", "to": to])?.code == .invalidParameter)
        #expect(try problem(["from": "2024-11-26T21:59:59Z", "to": to, "group_by": "week"]) == nil)
    }

    @Test func notForCustomers() throws {
        #expect(try problem([:], by: Actor(.customer, id: "c"))?.code == .forbidden)
        #expect(try problem(["surprise": "1"])?.code == .unknownParameter)
    }

    @Test(arguments: [(Int64(0), Int64(0), Int64(0)), (1, 1, 5000), (2, 1, 6667), (3, 0, 10_000)])
    func successRates(completed: Int64, failed: Int64, hundredths: Int64) {
        #expect(FiguresQuery.successRate(completed: completed, failed: failed).hundredths == hundredths)
    }
}
