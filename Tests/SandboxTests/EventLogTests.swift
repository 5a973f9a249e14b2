import Contracts
import Testing

@testable import Sandbox

@Suite("Recorded events") struct EventLogTests {
    private func entry(_ id: String, _ type: String, _ subject: String = "s") -> EventLog.Entry {
        EventLog.Entry(
            messageID: id, type: type, subject: subject, tenantID: "default", sequence: 1,
            time: "2025-09-15T10:00:00.000Z", body: Array("{}".utf8))
    }

    private func ids(_ log: EventLog, _ filter: EventLog.Filter) throws -> [String] {
        try log.json(filter).list("data").map { try $0.text("message_id") }
    }

    @Test func dropsRepeatsAndFilters() throws {
        let log = EventLog()
        for entry in [
            entry("1", "order.created"), entry("2", "order.confirmed", "t"), entry("1", "order.created"),
            entry("3", "payment.created"),
        ] { log.add(entry) }
        #expect(try ids(log, EventLog.Filter()) == ["1", "2", "3"])
        #expect(try log.json(EventLog.Filter()).int("duplicates") == 1)
        #expect(try ids(log, EventLog.Filter(type: "order.created")) == ["1"])
        #expect(try ids(log, EventLog.Filter(type: "order.*")) == ["1", "2"])
        #expect(try ids(log, EventLog.Filter(subject: "t")) == ["2"])
        #expect(try ids(log, EventLog.Filter(after: 1)) == ["2", "3"])
    }

    @Test func forgetsTheOldest() throws {
        let log = EventLog()
        for number in 1...(EventLog.capacity * 2) { log.add(entry("\(number)", "a.b")) }
        let last = try log.json(EventLog.Filter()).int("last")
        #expect(last == Int64(EventLog.capacity * 2))
        #expect(try ids(log, EventLog.Filter(after: last - 1)) == ["\(last)"])
        let kept = try ids(log, EventLog.Filter(limit: .max)).count
        #expect(kept >= EventLog.capacity && kept <= EventLog.capacity + EventLog.capacity / 10)
    }
}
