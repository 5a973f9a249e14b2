import Contracts
import Postgres
import TestSupport
import Testing

@testable import InvoiceWorker
@testable import Worker

/// The invoice worker's tables in a schema of their own, and batches run over them as the runtime runs them.
struct Ledger {
    let schema: String

    init() throws {
        let (schema, connection) = try TestDatabase.schema()
        defer { connection.close() }
        _ = try PostgresMigrator(schema: schema, migrations: InvoiceApplication.migrations).migrate(connection)
        self.schema = schema
    }

    func connect() throws -> PostgresConnection { try TestDatabase.patientConnection(schema: schema) }

    /// Decides messages in one transaction.
    ///
    /// - Returns: The events of what was issued.
    @discardableResult
    static func process(
        _ messages: [Message], on connection: PostgresConnection, at time: String = "2025-09-15T10:02:05.000Z"
    ) throws -> [Event] {
        let handler = InvoiceHandler(rules: InvoiceRules(settings: try Sample.settings()))
        let now = try #require(Timestamp(time))
        let works = try messages.compactMap { message -> Work<String, InvoiceCommand>? in
            guard case .command(let key, let command) = try handler.intake(message) else { return nil }
            return Work(message: message, key: key, command: command)
        }
        do {
            let rows = try connection.pipeline([.begin] + handler.load(works))
            let before = try handler.states(Array(rows.dropFirst()), works)
            var after = before
            var events: [Event] = []
            for work in works {
                let context = DecisionContext(message: work.message, now: now)
                for change in handler.rules.decide(work.command, after[work.key], context).changes {
                    let state = handler.rules.evolve(after[work.key], change, context)
                    events += handler.events(for: change, state, context)
                    after[work.key] = state
                }
            }
            let changed = after.values.filter { before[$0.tenant] != $0 }
                .map { Changed(key: $0.tenant, before: before[$0.tenant], after: $0) }
            for saving in changed.isEmpty ? [] : handler.save(changed) {
                let rows = try connection.run(saving.statement)
                #expect(saving.expectedRows == nil || saving.expectedRows == rows.affected)
            }
            _ = try connection.run(.commit)
            return events
        } catch {
            try? connection.rollBackIfNeeded()
            throw error
        }
    }

    static func confirmed(_ seed: String, tenant: String = "default") throws -> Message {
        let order = try Sample.confirmedOrder()
            .replacing("id", with: .string(Identifier.derived(from: seed).description))
            .replacing("tenant_id", with: .string(tenant))
        return Message(
            id: .new(), type: "order.confirmed", tenant: tenant,
            body: JSON.object([JSON.Member("order", order)]).jsonBytes)
    }

    static func refunded(
        _ seed: String, _ amount: String, id: String, units: Int64 = 0, tenant: String = "default"
    ) throws -> Message {
        Message(
            id: .new(), type: "payment.refunded", tenant: tenant,
            body: try Sample.refund(amount, id: id, units: units, of: .derived(from: seed)).jsonBytes)
    }

    /// Asks for a document.
    static func get(
        _ seed: String, _ parameters: [String: String] = [:], actor: Actor = Actor(.customer, id: "cust_42"),
        tenant: String = "default"
    ) -> Message {
        var parameters = parameters
        parameters["id"] = Identifier.derived(from: seed).description
        return Message(id: .new(), type: "invoice.get", tenant: tenant, actor: actor, parameters: parameters)
    }

    static func answer(_ queries: [Message], on connection: PostgresConnection) throws -> [Reply] {
        try InvoiceQueries().answer(queries) { try connection.pipeline($0) }
    }
}
