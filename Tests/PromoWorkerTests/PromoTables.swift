import Contracts
import Postgres
import TestSupport

@testable import PromoWorker
@testable import Worker

/// A schema with the worker's tables, and a process that decides on it.
final class PromoTables {
    static let cursors = CursorKey(secret: "a secret of the tests, 32 bytes.")
    static let admin = Actor(.admin, id: "admin_1")

    let name: String
    let connection: PostgresConnection
    private let processor = BatchProcessor(handler: PromoHandler(), owner: Identifier.new())

    init() throws {
        (name, connection) = try TestDatabase.schema()
        let migrations = RuntimeSchema.migrations + PromoApplication.migrations
        _ = try PostgresMigrator(schema: name, migrations: migrations).migrate(connection)
    }

    init(sharing name: String) throws {
        self.name = name
        connection = try TestDatabase.patientConnection(schema: name)
    }

    @discardableResult func process(_ messages: [Message]) throws -> BatchResult<PromoHandler> {
        try processor.process(messages, on: connection, effectCapacity: 0, confirmed: [])
    }

    /// As the runtime does: what fails together is tried one by one.
    func processOneByOneOnFault(_ messages: [Message]) throws -> [Event] {
        do {
            return try process(messages).events
        } catch let error as PostgresError where error.sqlState == "23505" && messages.count > 1 {
            return try messages.flatMap { try processOneByOneOnFault([$0]) }
        }
    }

    func count(_ sql: String) throws -> Int64 { try connection.run(Statement(sql)).only().int64(0) }

    /// Codes of two tenants, hardly any of them switched off or of a fixed amount.
    func fill(_ count: Int64) throws {
        _ = try connection.run(
            Statement(
                """
                INSERT INTO promo_codes (tenant_id, code, version, type, value, currency, current_uses, valid_from,
                    valid_until, is_first_order, is_active, created_at, updated_at)
                SELECT CASE n % 2 WHEN 0 THEN 'default' ELSE 'other' END, 'SHOP-' || n, 1,
                    CASE n % 100 WHEN 0 THEN 'fixed' ELSE 'percentage' END, 500, 'UAH', 0, now(),
                    now() + interval '1 day', false, n % 90 <> 0, now() - n * interval '1 second', now()
                FROM generate_series(1, $1::bigint) AS n
                """, [.int64(count)]))
        _ = try connection.run(Statement("ANALYZE promo_codes"))
    }

    func ask(
        _ type: String, _ parameters: [String: String] = [:], by actor: Actor = admin, tenant: String = "default"
    ) throws -> Reply {
        let query = Message(
            id: .new(), type: type, tenant: tenant, actor: actor, path: "/api/v1/promo", parameters: parameters)
        let replies = try PromoQueries(cursors: Self.cursors).answer([query]) { try connection.pipeline($0) }
        guard replies.count == 1 else { throw TestSupportError("\(replies.count) replies") }
        return replies[0]
    }
}

extension Message {
    static func to(
        _ type: String, _ body: String, actor: Actor = .system, parameters: [String: String] = [:],
        tenant: String = "default"
    ) -> Message {
        Message(
            id: Identifier.new(), type: type, tenant: tenant, actor: actor, body: Array(body.utf8),
            replyTo: Message.ReplyAddress(queue: "replies", token: 1), parameters: parameters)
    }

    /// A new code of 20 %.
    static func create(_ code: String, _ members: String = "", tenant: String = "default") -> Message {
        to(
            "promo.create",
            """
            {"code": "\(code)", "type": "percentage", "value": "20.00", "valid_from": "2020-01-01T00:00:00Z",
             "valid_until": "2099-01-01T00:00:00Z"\(members)}
            """, actor: PromoTables.admin, tenant: tenant)
    }

    static func update(
        _ code: String, _ patch: String, actor: Actor = PromoTables.admin, ifMatch: String? = nil,
        tenant: String = "default"
    ) -> Message {
        var parameters = ["code": code]
        parameters["if-match"] = ifMatch
        return to("promo.update", patch, actor: actor, parameters: parameters, tenant: tenant)
    }

    static func redeem(_ code: String, _ order: Identifier, _ customer: String, at version: Int64 = 0) -> Message {
        to(
            "promo.redeem",
            """
            {"code": "\(code)", "order_id": "\(order)", "order_version": \(version), "customer_id": "\(customer)", "currency": "UAH",
             "lines": [{"product_id": "prod_123", "quantity": 2, "price": "750.00", "categories": ["audio"]}],
             "shipping_cost": "95.00"}
            """)
    }
}
