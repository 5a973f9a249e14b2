import Contracts
import Postgres
import TestSupport
import Testing

@testable import Worker

/// A reply that begins with what an event says is stored as the place where it stands there.
@Suite(.timeLimit(.minutes(2))) struct QuotationTests {
    private static let long = String(repeating: "ї", count: 200)

    private static func event(_ body: String) -> Event {
        Event(
            id: .new(), type: "note.made", tenant: "t", subject: "n", sequence: 1, time: .now, actor: .system,
            body: Array(body.utf8))
    }

    @Test(
        arguments: [
            ("{\"note\":\"\(long)\"}", "{\"is\":1,\"of\":{\"note\":\"\(long)\"}}", 13, 411),
            ("{\"note\":\"\(long)\",\"more\":1}", "{\"of\":{\"note\":\"\(long)\"}}", 6, 410),
            ("{\"note\":\"\(long)\"}", "{\"note\":\"\(long)\"}", 0, 411),
            // The first place that looks alike is too short.
            ("{\"note\":\"\(long)\"}", "{\"note\":\"\(long.prefix(60))\",\"of\":{\"note\":\"\(long)\"}}", nil, 0),
        ] as [(String, String, Int?, Int)])
    func place(reply: String, event: String, start: Int?, length: Int) throws {
        let reply = Reply(status: 201, body: Array(reply.utf8))
        let event = Self.event(event)
        let quotation = Quotation(of: reply, in: [Self.event("{}"), event])
        #expect(quotation?.start == start)
        guard let quotation else { return }
        #expect(quotation.length == length)
        #expect(quotation.event == event.id)
        let quoted = event.body[quotation.start...].prefix(quotation.length)
        #expect(quoted + reply.skipping(quotation.length).body == reply.body)
    }

    @Test(arguments: ["", "{}", "{\"note\":\"\(long.prefix(100))\"}", "{\"other\":\"\(long)\"}"])
    func nothingToQuote(reply: String) {
        let reply = Reply(status: 201, body: Array(reply.utf8))
        #expect(Quotation(of: reply, in: [Self.event("{\"of\":{\"note\":\"\(Self.long)\"}}")]) == nil)
        #expect(Quotation(of: reply, in: []) == nil)
    }

    /// The counter's event holds its reply as a whole.
    @Test func aRepeatIsAnsweredFromTheLog() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name() + Self.long
        let message = bench.message("counter.add", name, repeats: .keyed)
        let first = try #require(await bench.ask(message))
        let stored = try await bench.query(
            "SELECT octet_length(reply), quoted_subject, quoted_length FROM inbox WHERE message_id = $1",
            [.id(message.id)]
        ) { (try $0.only().int32(0), try $0.only().text(1), try $0.only().int32(2)) }
        #expect(stored.0 < 100)
        #expect(stored.1 == name)
        #expect(stored.2 > 400)
        #expect(try await bench.query("SELECT count(*) FROM events", []) { try $0.only().int64(0) } > 0)
        _ = try #require(await bench.ask(bench.message("counter.add", name)))
        let again = try #require(await bench.ask(message))
        #expect(again.headers["Idempotent-Replayed"] == "true")
        #expect(again.body == first.body)
        #expect(again.headers["ETag"] == first.headers["ETag"])

        try await bench.query("DELETE FROM events WHERE subject = $1", [.text(name)]) { _ in }
        #expect(await bench.ask(message)?.status == 500)
        #expect(try await bench.value(of: name) == 2)
    }
}
