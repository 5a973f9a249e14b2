import Contracts
import Postgres
import TestSupport
import Testing

@testable import Worker

/// New aggregates load nothing, so a repeat is found at the commit: by the inbox's key, though the aggregate has a key too
/// that a message keeps once it was read.
@Suite struct RepeatOfNewTests {
    @Test func isAConflictThatTheInboxAnswers() throws {
        let (name, connection) = try TestDatabase.schema()
        defer { connection.close() }
        let migrations = RuntimeSchema.migrations + [NoteHandler.migration]
        _ = try PostgresMigrator(schema: name, migrations: migrations).migrate(connection)
        let processor = BatchProcessor(handler: NoteHandler(), owner: .new())
        let message = Message(
            id: .new(), type: "note.create", tenant: "t", replyTo: .init(queue: "amq.rabbitmq.reply-to.x", token: 1))
        let aside = [0: Work(message: message, key: Identifier.new(), command: ())]
        func process(assumesNew: Bool) throws -> BatchResult<NoteHandler> {
            try processor.process(
                [message], aside: aside, on: connection, effectCapacity: 0, confirmed: [], assumesNew: assumesNew)
        }

        let first = try process(assumesNew: true)
        let error = #expect(throws: PostgresError.self) { try process(assumesNew: true) }
        #expect(error?.isConflict == true, "\(error?.constraint ?? "-")")
        let again = try process(assumesNew: false)
        #expect(first.replies.map(\.reply) == again.replies.map(\.reply))
        #expect(first.replies.count == 1)
        #expect(try connection.run(Statement("SELECT count(*) FROM notes")).only().int64(0) == 1)
    }
}
