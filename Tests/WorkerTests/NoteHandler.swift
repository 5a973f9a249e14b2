import Contracts
import Postgres

@testable import Worker

/// Every message makes an aggregate, so that nothing has to be loaded.
struct NoteHandler: Handler {
    struct Rules: Decider {
        func decide(_ command: Void, _ state: Identifier?, _ context: DecisionContext) -> Decision<Int> {
            .accept([1], answer: .resource(status: 201))
        }

        func evolve(_ state: Identifier?, _ change: Int, _ context: DecisionContext) -> Identifier {
            context.message.id
        }
    }

    static let migration = Migration("0001_notes", sql: "CREATE TABLE notes (id uuid PRIMARY KEY)")

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
