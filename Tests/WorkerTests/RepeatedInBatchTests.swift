import Contracts
import Postgres
import TestSupport
import Testing

@testable import Worker

/// What one batch makes of messages that come again. A request that does so while the first one with its key still runs
/// hears the answer, however close that is.
@Suite struct RepeatedInBatchTests {
    /// A connection to a schema of its own.
    private struct Place {
        let schema: String
        let connection: PostgresConnection
        private let processor = BatchProcessor(handler: CounterHandler(), owner: .new())

        init() throws {
            let (schema, connection) = try TestDatabase.schema()
            let migrations = RuntimeSchema.migrations + [CounterHandler.migration]
            _ = try PostgresMigrator(schema: schema, migrations: migrations).migrate(connection)
            self.schema = schema
            self.connection = connection
        }

        /// - `schema`: Of another place, which is looked at through a connection of that name.
        init(sharing schema: String) throws {
            self.schema = schema
            connection = try TestDatabase.connect(schema: schema) {
                $0.applicationName = schema
                $0.lockTimeout = .seconds(20)
                $0.statementTimeout = .seconds(20)
            }
        }

        func process(_ messages: [Message]) throws -> BatchResult<CounterHandler> {
            try processor.process(messages, on: connection, effectCapacity: 0, confirmed: [])
        }

        func asker() throws -> UInt64? {
            let row = try connection.run(Statement("SELECT token FROM inbox WHERE asker IS NOT NULL")).first
            return try row.map { UInt64(bitPattern: try $0.int64(0)) }
        }
    }

    private static func message(_ type: String, _ id: Identifier = .new(), asker: UInt64? = nil) -> Message {
        Message(
            id: id, type: type, tenant: "t",
            replyTo: asker.map { .init(queue: "amq.rabbitmq.reply-to.x", token: $0) }, repeats: [.keyed, .joins],
            subject: "c")
    }

    /// Batches of requests that wait (by their number) and of the command that answers them.
    @Test(arguments: [
        [[1], [2], [0]], [[1], [2, 0]], [[1, 2], [0]], [[1, 2, 0]], [[1], [2, 3, 0]], [[1], [2, 2, 0]],
    ])
    func theNewestHears(batches: [[UInt64]]) throws {
        let place = try Place()
        let id = Identifier.new()
        var answered: Set<UInt64> = []
        for batch in batches {
            let result = try place.process(
                batch.map { $0 == 0 ? Self.message("counter.finish") : Self.message("counter.later", id, asker: $0) })
            answered.formUnion(result.replies.map(\.reply.token))
            #expect(result.replies.allSatisfy { $0.reply.reply.status == 201 })
            if !batch.contains(0) { #expect(try place.asker() == batch.last) }
        }
        #expect(answered.contains(try #require(batches.flatMap { $0 }.max())))
        #expect(try place.asker() == nil)
        let again = try place.process([Self.message("counter.later", id, asker: 9)])
        #expect(again.replies.map(\.reply.reply.status) == [201])
    }

    /// A repeat is compared with what was done, not with another repeat that came beside it.
    @Test func besideAnotherBody() throws {
        let place = try Place()
        let first = Self.message("counter.add", asker: 1)
        #expect(try place.process([first]).replies.map(\.reply.reply.status) == [200])
        var other = Self.message("counter.add", first.id, asker: 2)
        other.body = Array(#"{"by":2}"#.utf8)
        var unasked = first
        unasked.replyTo = nil
        let result = try place.process([unasked, other, Self.message("counter.add", first.id, asker: 3)])
        let statuses = Dictionary(uniqueKeysWithValues: result.replies.map { ($0.reply.token, $0.reply.reply.status) })
        #expect(statuses == [2: 422, 3: 200])
    }

    /// A timer that was leased again while it lay in the backlog stands twice in a batch.
    @Test func aTimerTwice() throws {
        let place = try Place()
        _ = try place.process([Self.message("counter.remind", asker: 1)])
        let now = Timestamp.now
        let leased = try place.connection.run(
            RuntimeStatements.leaseTimers(10, until: now.adding(.seconds(30)), at: now.adding(.seconds(1))))
        let row = try leased.only()
        let timer = TimerChange.set(
            try row.text(0), subject: try row.text(1), tenant: try row.text(2),
            at: Timestamp(microseconds: try row.timestamp(3)))
        let result = try place.process([.due(timer), .due(timer)])
        #expect(result.events.count == 1)
    }

    /// What came as no readable bundle and found no room among the parked is parked again, whatever the worker reads.
    @Test func unreadable() throws {
        let result = try Place().process([Self.message(Message.unreadable)])
        guard case .park = result.verdicts[0] else {
            Issue.record("\(result.verdicts)")
            return
        }
    }

    /// A message that has an address and gets no answer has nothing to join.
    @Test func withoutAnAnswer() throws {
        let place = try Place()
        let ignored = Self.message("counter.finish", asker: 1)
        for _ in 0..<2 { #expect(try place.process([ignored, ignored]).replies.isEmpty) }
        #expect(try place.asker() == nil)
    }

    /// Another process answers between the look at the inbox and the commit.
    @Test func theAnswerWasFaster() async throws {
        let id = Identifier.new()
        let repeated = Self.message("counter.later", id, asker: 2)
        let place = try Place()
        _ = try place.process([Self.message("counter.later", id, asker: 1)])
        let reply = Reply(status: 201, body: Array("{}".utf8))
        _ = try place.connection.pipeline([.begin, RuntimeStatements.resolve([(id, reply.encoded())], at: .now)])

        let schema = place.schema
        async let joining = onThread { () -> (isStale: Bool, statuses: [Int]) in
            let other = try Place(sharing: schema)
            let error = #expect(throws: StaleAggregate.self) { try other.process([repeated]) }
            return (error != nil, try other.process([repeated]).replies.map(\.reply.reply.status))
        }
        let waits = Statement(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'",
            [.text(schema)])
        // A transaction sees the activity of its beginning.
        let observer = try TestDatabase.connect()
        #expect(try await eventually { try observer.run(waits).only().int64(0) == 1 })
        _ = try place.connection.run(.commit)
        let (isStale, statuses) = try await joining
        #expect(isStale)
        #expect(statuses == [201])
    }
}
