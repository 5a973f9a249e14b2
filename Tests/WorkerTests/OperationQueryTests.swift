import Contracts
import Postgres
import TestSupport
import Testing

@testable import Worker

/// What `operation.get` says of changes that were answered with 202.
@Suite struct OperationQueryTests {
    private let connection: PostgresConnection

    init() throws {
        let (schema, connection) = try TestDatabase.schema()
        _ = try PostgresMigrator(schema: schema, migrations: RuntimeSchema.migrations).migrate(connection)
        self.connection = connection
    }

    /// Stores a change as handled; without a reply its answer is put off.
    private func store(_ reply: Reply? = nil) throws -> Identifier {
        let message = Message(id: .new(), type: "order.cancel", tenant: "t")
        let entry = RuntimeStatements.InboxEntry(
            message: message, fingerprint: 0, reply: reply, isRunning: reply == nil)
        try connection.run(RuntimeStatements.record([entry], at: .now))
        return message.id
    }

    private func status(of id: Identifier) throws -> JSON {
        let query = Message(id: .new(), type: OperationQuery.type, tenant: "t", parameters: ["id": "\(id)"])
        let reply = try #require(try OperationQuery().answer([query]) { try connection.pipeline($0) }.first)
        #expect(reply.status == 200)
        let json = try JSONParser.parse(reply.body)
        #expect(json["id"]?.string == "\(id)")
        return json
    }

    /// A second cancellation while the first waits for the carrier ends as the first one does.
    @Test(arguments: [true, false]) func oneThatJoinedAnother(succeeds: Bool) throws {
        let first = try store()
        let second = try store(Reply(status: 202, headers: ["Location": "/api/v1/operations/\(first)"], body: []))
        for id in [first, second] {
            let open = try status(of: id)
            #expect(open["status"]?.string == "accepted")
            #expect(open["resource"] == nil && open["completed_at"] == nil)
        }
        let problem = Problem(.alreadyShipped, "The carrier has it.")
        let message = Message(id: first, type: "order.cancel", tenant: "t")
        let end =
            succeeds
            ? Reply(status: 200, headers: ["Location": "/api/v1/orders/1"], body: []) : problem.reply(to: message)
        try connection.run(RuntimeStatements.resolve([(first, end.encoded())], at: .now))
        for id in [first, second] {
            let ended = try status(of: id)
            #expect(ended["status"]?.string == (succeeds ? "succeeded" : "failed"))
            #expect(ended["resource"]?.string == (succeeds ? "/api/v1/orders/1" : nil))
            #expect(ended["problem"]?["code"]?.string == (succeeds ? nil : "already_shipped"))
            #expect(ended["completed_at"] != nil)
        }
    }
}
