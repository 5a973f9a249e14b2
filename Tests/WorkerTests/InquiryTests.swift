import Bus
import Contracts
import Postgres
import Synchronization
import TestSupport
import Testing
import Worker

/// Plays a service that takes its time: each question is answered when the test says so.
final class CounterInquiries: InquiryHandler {
    let types = ["counter.inquire"]
    private let released = Mutex<Set<String>>([])
    private let begun = Mutex<Set<String>>([])

    func release(_ counter: String) { released.withLock { _ = $0.insert(counter) } }
    func hasBegun(_ counter: String) -> Bool { begun.withLock { $0.contains(counter) } }

    func begin(_ inquiries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Inquiry] {
        inquiries.map { inquiry in
            let body = try? JSONParser.parse(inquiry.body)
            if body?["known"] != nil { return .known(Reply(status: 200, body: Array("1".utf8))) }
            let sql = body?["sql"]?.string ?? "SELECT value FROM counters WHERE name = $1"
            return .asking {
                self.begun.withLock { _ = $0.insert(inquiry.subject) }
                while !self.released.withLock({ $0.contains(inquiry.subject) }) {
                    try? await Task.sleep(for: .milliseconds(5))
                }
                let keep = Statement(
                    "INSERT INTO counters (name, value, version, base) VALUES ($1, 7, 1, 0) ON CONFLICT DO NOTHING",
                    [.text(inquiry.subject)])
                return QueryPlan([keep, Statement(sql, [.text(inquiry.subject)])]) { rows in
                    Reply(status: 200, body: Array("\(try rows[1].only().int64(0))".utf8))
                }
            }
        }
    }
}

/// Questions that other services have to be asked for: no thread waits, what comes of them is kept and answered.
@Suite(.timeLimit(.minutes(2))) struct InquiryTests {
    private func ask(
        _ bench: WorkerBench.Value, _ counter: String, _ body: String = "{}", wait: Duration = .seconds(10)
    ) async -> Reply? {
        let message = bench.message("counter.inquire", counter, body)
        guard case .reply(let reply) = await bench.requester.query(message, wait: wait) else { return nil }
        return reply
    }

    @Test func othersAreAnsweredMeanwhile() async throws {
        let bench = try await WorkerBench.start()
        let names = (0..<20).map { _ in WorkerBench.Value.name() }
        await withTaskGroup { group in
            for name in names { group.addTask { await ask(bench, name) } }
            #expect((try? await eventually { names.allSatisfy(bench.inquiries.hasBegun) }) == true)
            for _ in 0..<4 {
                let known = await ask(bench, WorkerBench.Value.name(), #"{"known":1}"#)
                #expect(known.map { String(decoding: $0.body, as: UTF8.self) } == "1")
            }
            for name in names { bench.inquiries.release(name) }
            for await reply in group { #expect(reply.map { String(decoding: $0.body, as: UTF8.self) } == "7") }
        }
        for name in names { #expect(try await bench.value(of: name) == 7) }
    }

    @Test func whatComesTooLateIsKept() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        async let late = ask(bench, name, wait: .seconds(6))
        #expect(try await eventually(within: .seconds(5)) { bench.inquiries.hasBegun(name) })
        #expect(await late == nil)
        #expect(try await bench.value(of: name) == nil)
        bench.inquiries.release(name)
        #expect(try await eventually { try await bench.value(of: name) == 7 })
    }

    @Test func aPlanThatFailsIsAFaultOfOurs() async throws {
        let bench = try await WorkerBench.start()
        let name = WorkerBench.Value.name()
        bench.inquiries.release(name)
        let reply = await ask(bench, name, #"{"sql":"SELECT 1 / (length($1) - length($1))"}"#)
        #expect(reply?.status == 500)
        #expect(await ask(bench, name)?.status == 200)
    }
}
