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
        let notes = Migration("0001_notes", sql: "CREATE TABLE notes (id uuid PRIMARY KEY)")
        _ = try PostgresMigrator(schema: name, migrations: RuntimeSchema.migrations + [notes]).migrate(connection)
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

private struct NoteHandler: Handler {
    struct Rules: Decider {
        func decide(_ command: Void, _ state: Identifier?, _ context: DecisionContext) -> Decision<Int> {
            .accept([1], answer: .resource(status: 201))
        }

        func evolve(_ state: Identifier?, _ change: Int, _ context: DecisionContext) -> Identifier {
            context.message.id
        }
    }

    let rules = Rules()

    func intake(_ message: Message) -> Intake<Identifier, Void> { .command(.new(), ()) }
    func load(_ batch: [Work<Identifier, Void>]) -> [Statement] { [] }
    func states(_ rows: [Rows], _ batch: [Work<Identifier, Void>]) -> [Identifier: Identifier] { [:] }
    func save(_ changed: [Changed<Identifier, Identifier>]) -> [Saving] {
        [Saving(Statement("INSERT INTO notes SELECT * FROM unnest($1::uuid[])", [.ids(changed.map(\.key))]))]
    }
    func events(for change: Int, _ state: Identifier, _ context: DecisionContext) -> [Event] { [] }
    func reply(status: Int, _ state: Identifier, to message: Message) -> Reply { Reply(status: status, body: []) }
}
