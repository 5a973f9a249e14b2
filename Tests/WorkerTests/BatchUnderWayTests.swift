import Contracts
import Postgres
import TestSupport
import Testing

@testable import Worker

/// Batches that depend on nothing are committed one behind the other, without awaiting each.
@Suite struct BatchUnderWayTests {
    private final class Place {
        let connection: PostgresConnection
        private let processor = BatchProcessor(handler: NoteHandler(), owner: .new())

        init() throws {
            let (name, connection) = try TestDatabase.schema()
            let migrations = RuntimeSchema.migrations + [NoteHandler.migration]
            _ = try PostgresMigrator(schema: name, migrations: migrations).migrate(connection)
            self.connection = connection
        }

        func message() -> Message {
            Message(
                id: .new(), type: "note.create", tenant: "t",
                replyTo: .init(queue: "amq.rabbitmq.reply-to.x", token: 1))
        }

        func begin(_ messages: [Message], assumesNew: Bool = true, earlier: () -> Void = {}) throws
            -> BatchUnderWay<NoteHandler>
        {
            try processor.begin(
                messages, on: connection, effectCapacity: 0, confirmed: [], assumesNew: assumesNew, earlier: earlier)
        }

        /// How many are stored, as another connection sees it.
        func stored() throws -> Int64 {
            try connection.run(Statement("SELECT count(*) FROM notes")).only().int64(0)
        }
    }

    @Test func oneBehindTheOther() throws {
        let place = try Place()
        let messages = (0..<3).map { _ in place.message() }
        let first = try place.begin(Array(messages[..<1]))
        let second = try place.begin(Array(messages[1...])) { Issue.record("nothing has to be awaited") }
        #expect(!first.isCommitted && !second.isCommitted)
        #expect(try first.finish().replies.map(\.reply.token) == [1])
        #expect(try second.finish().replies.count == 2)
        #expect(try place.stored() == 3)
    }

    /// One that looks something up awaits those before it.
    @Test func whatLoadsAwaitsTheOthers() throws {
        let place = try Place()
        let message = place.message()
        let first = try place.begin([message])
        var firstResult: BatchResult<NoteHandler>?
        let second = try place.begin([message], assumesNew: false) { firstResult = try? first.finish() }
        #expect(firstResult?.replies.count == 1, "whether asked once or more often")
        #expect(second.isCommitted)
        #expect(try second.finish().replies.count == 1, "the inbox knows it")
        #expect(try place.stored() == 1)
    }

    /// The same message in two batches: the second is a conflict, and the first stays.
    @Test func aRepeatInTheNextBatch() throws {
        let place = try Place()
        let message = place.message()
        let first = try place.begin([message])
        let second = try place.begin([place.message(), message])
        #expect(try first.finish().replies.count == 1)
        #expect(throws: PostgresError.self) { try second.finish() }
        #expect(place.connection.transactionStatus == .idle)
        #expect(try place.stored() == 1)
        #expect(try place.begin([message], assumesNew: false).finish().replies.count == 1)
    }

    /// The fault of one batch is none of the next one's.
    @Test func theNextOneStandsOnItsOwn() throws {
        let place = try Place()
        let (known, new) = (place.message(), place.message())
        _ = try place.begin([known]).finish()
        let first = try place.begin([known, place.message()])
        let second = try place.begin([new])
        let error = #expect(throws: PostgresError.self) { try first.finish() }
        #expect(error?.isConflict == true)
        #expect(try second.finish().replies.count == 1)
        #expect(try place.stored() == 2)
    }
}
