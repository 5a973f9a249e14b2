import Contracts
import Postgres
import TestSupport
import Testing

@testable import PaymentWorker
@testable import Worker

/// Fewer rows than expected.
private struct Conflict: Error {}

@Suite("Payment store") struct PaymentStoreTests {
    /// Runs a body with a connection to a schema that holds the worker's tables.
    private func withTables(_ body: @escaping @Sendable (PostgresConnection) throws -> Void) async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            defer { connection.close() }
            let sql = String(decoding: PackageResources._001_payments_sql, as: UTF8.self)
            try connection.simple(sql)
            try body(connection)
        }
    }

    private static func load(_ orders: [Identifier], _ connection: PostgresConnection) throws
        -> [Identifier: OrderPayments]
    {
        try PaymentStore.states(try connection.pipeline(PaymentStore.load(orders: orders.sorted())))
    }

    /// Saves like the runtime: one transaction, rows counted.
    private static func save(
        _ changes: [(OrderPayments?, OrderPayments)], _ connection: PostgresConnection
    ) throws -> Int {
        let changed = changes.map { before, after in
            Changed(key: after.order?.id ?? .new(), before: before, after: after)
        }
        let savings = PaymentStore.save(changed)
        try connection.transaction { connection in
            for saving in savings {
                let rows = try connection.run(saving.statement)
                if let expected = saving.expectedRows, rows.affected != expected { throw Conflict() }
            }
        }
        return savings.count
    }

    /// An order with everything that can be stored: a refunded payment, an unknown one, units, errors.
    private static func rich() -> Scenario {
        var scenario = Scenario()
        scenario.open(PaymentRequest(amount: Money(minor: 129_000, .uah), method: .card))
        scenario.callback("failure", at: 3)
        scenario.callback("success", at: 4)
        let units = [Refund.Units(line: scenario.lines[0], quantity: 1)]
        scenario.run(
            .refund(
                RefundRequest(
                    payment: scenario.payment.id, units: units, includesShipping: true, reason: .return,
                    comment: "зламано")), actor: Scenario.staff)
        scenario.settle(.completed(transactionID: "7"))
        scenario.run(
            .refund(RefundRequest(payment: scenario.payment.id, amount: .string("1.00"))), actor: Scenario.staff)
        scenario.settle(.refused(code: "declined", message: "ні"))
        scenario.run(
            .refund(RefundRequest(payment: scenario.payment.id, amount: .string("2.00"))), actor: Scenario.staff)
        scenario.settle(.unknown)
        scenario.open()
        scenario.now = scenario.payment.expiresAt
        scenario.answer(nil)
        return scenario
    }

    @Test func keepsAllOfAnAggregate() async throws {
        try await withTables { connection in
            let scenario = Self.rich()
            let state = try #require(scenario.state)
            #expect(try Self.save([(nil, state)], connection) == 5)
            var expected = state
            expected.revision = 1
            expected.callbacks = []
            let loaded = try Self.load([scenario.orderID], connection)
            #expect(loaded == [scenario.orderID: expected])
        }
    }

    @Test func savesABatchWithTheStatementsOfOne() async throws {
        try await withTables { connection in
            let scenarios = (0..<20).map { _ in Self.rich() }
            let states = scenarios.compactMap(\.state)
            #expect(try Self.save(states.map { (nil, $0) }, connection) == 5)
            let loaded = try Self.load(scenarios.map(\.orderID), connection)
            #expect(loaded.count == 20)
            #expect(loaded.values.allSatisfy { $0.payments.count == 2 && $0.payments[0].refunds.count == 3 })
        }
    }

    @Test func noticesThatSomebodyElseWasThere() async throws {
        try await withTables { connection in
            var scenario = Scenario()
            scenario.open()
            _ = try Self.save([(nil, try #require(scenario.state))], connection)
            let loaded = try #require(try Self.load([scenario.orderID], connection)[scenario.orderID])
            scenario.state = loaded
            scenario.callback("processing", at: 1)
            let next = try #require(scenario.state)
            _ = try Self.save([(loaded, next)], connection)
            #expect(throws: Conflict.self) { try Self.save([(loaded, next)], connection) }
            #expect(throws: Conflict.self) { try Self.save([(nil, next)], connection) }
            let stored = try #require(try Self.load([scenario.orderID], connection)[scenario.orderID])
            #expect(stored.revision == 2)
            #expect(stored.payments.map(\.status) == [.processing])
        }
    }

    @Test func keepsTheBooksBalanced() async throws {
        try await withTables { connection in
            var scenario = Self.rich()
            let state = try #require(scenario.state)
            _ = try Self.save([(nil, state)], connection)
            scenario.state = try Self.load([scenario.orderID], connection)[scenario.orderID]
            let before = scenario.state
            let refund = try #require(scenario.payments[0].refunds.last)
            scenario.run(
                .refundAnswered(payment: scenario.payments[0].id, refund: refund.id, .completed(transactionID: nil)))
            _ = try Self.save([(before, try #require(scenario.state))], connection)
            let rows = try connection.run(
                Statement("SELECT account, sum(amount)::bigint FROM ledger_entries GROUP BY account ORDER BY account"))
            let order = "order:\(scenario.orderID)"
            let balances = try rows.map { (try $0.text(0), try $0.int64(1)) }
            #expect(balances.map(\.0) == [order, "provider:liqpay"])
            let rest: Int64 = 129_000 - 69_500 - 200
            #expect(balances.map(\.1) == [-rest, rest])
        }
    }

    @Test(arguments: [
        """
        INSERT INTO ledger_entries VALUES
        (gen_random_uuid(), 'provider:liqpay', 't', gen_random_uuid(), 'capture', 100, 'UAH', now())
        """,
        """
        INSERT INTO ledger_entries
        SELECT id, account, 't', id, 'capture', amount, currency, now()
        FROM gen_random_uuid() id, (VALUES ('a', 100, 'UAH'), ('b', -100, 'USD')) v(account, amount, currency)
        """,
        "UPDATE ledger_entries SET amount = amount + 1", "DELETE FROM ledger_entries", "TRUNCATE ledger_entries",
    ])
    func refusesToCookTheBooks(sql: String) async throws {
        try await withTables { connection in
            _ = try Self.save([(nil, try #require(Self.rich().state))], connection)
            #expect(throws: PostgresError.self) { try connection.run(Statement(sql)) }
            let sum = try connection.run(Statement("SELECT sum(amount)::bigint, count(*) FROM ledger_entries")).only()
            #expect(try sum.int64(0) == 0)
            #expect(try sum.int64(1) == 4)
        }
    }

    @Test func keepsCallbacksOnce() async throws {
        try await withTables { connection in
            var scenario = Scenario()
            scenario.open()
            scenario.callback("success", at: 1)
            _ = try Self.save([(nil, try #require(scenario.state))], connection)
            var stray = OrderPayments()
            stray.callbacks = [
                CallbackRecord(
                    id: .new(), provider: .liqpay, reference: "ord_1001", document: Array(#"{"a":1}"#.utf8),
                    receivedAt: scenario.now)
            ]
            #expect(try Self.save([(nil, stray)], connection) == 1)
            _ = try Self.save([(nil, stray)], connection)
            let kept = try connection.run(Statement("SELECT verdict, payment_id FROM callbacks")).only()
            #expect(try kept.text(0) == "applied")
            #expect(Identifier(try kept.uuid(1)) == scenario.payment.id)
            let unmatched = try connection.run(Statement("SELECT reference FROM unmatched_callbacks")).only()
            #expect(try unmatched.text(0) == "ord_1001")
        }
    }

    @Test func answersReads() async throws {
        try await withTables { connection in
            let scenario = Self.rich()
            _ = try Self.save([(nil, try #require(scenario.state))], connection)
            let payment = scenario.payments[0]
            func query(
                _ type: String, _ actor: Actor = Scenario.customer, id: String? = nil, tenant: String = "default",
                known: String? = nil
            ) -> Message {
                var parameters = ["id": id ?? payment.id.description]
                parameters["if-none-match"] = known
                return Message(id: .new(), type: type, tenant: tenant, actor: actor, parameters: parameters)
            }
            var statements = 0
            let replies = try PaymentQueries(cursors: CursorKey(secret: "a secret of the tests, 32 bytes.")).answer(
                [
                    query("payment.get"), query("payment.status"), query("payment.get", Actor(.customer, id: "other")),
                    query("payment.get", tenant: "another"), query("payment.get", id: "no-id"),
                    query("payment.get", id: Identifier.new().description),
                    query("payment.get", known: "\"\(payment.version)\""), query("payment.get", known: "\"1\""),
                    query("payment.get", Scenario.staff),
                ]
            ) {
                statements += $0.count
                return try connection.pipeline($0)
            }
            #expect(statements == 2)
            #expect(replies.map(\.status) == [200, 200, 404, 404, 404, 404, 304, 200, 200])
            #expect(replies[0].headers["ETag"] == "\"\(payment.version)\"")
            let json = try JSONParser.parse(replies[0].body)
            #expect(json["status"]?.string == "partially_refunded")
            #expect(json["refunded_amount"]?.string == "695.00")
            #expect(json["refundable_amount"]?.string == "593.00")
            #expect(json["refunds"]?.array?.map { $0["status"]?.string } == ["completed", "failed", "unknown"])
            #expect(json["next_action"] == nil)
            #expect(json["needs_review"] == .bool(false))
            let state = try JSONParser.parse(replies[1].body)
            #expect(state["refunds"] == nil)
            #expect(state["checked_at"] != nil)
            #expect(replies[6].body.isEmpty)
        }
    }

    /// Another role than the owner sees the rows of one tenant.
    @Test func separatesTenantsForReaders() async throws {
        try await withTables { connection in
            _ = try Self.save([(nil, try #require(Self.rich().state))], connection)
            let role = TestDatabase.uniqueName() + "_reader"
            let schema = try connection.run(Statement("SELECT current_schema()::text")).only().text(0)
            try connection.simple(
                "CREATE ROLE \(role); GRANT USAGE ON SCHEMA \(schema) TO \(role); GRANT SELECT ON ALL TABLES IN SCHEMA \(schema) TO \(role); SET ROLE \(role)"
            )
            defer { _ = try? connection.simple("RESET ROLE; DROP OWNED BY \(role); DROP ROLE \(role)") }
            func count() throws -> Int64 {
                try connection.run(Statement("SELECT count(*) FROM payments")).only().int64(0)
            }
            #expect(try count() == 0)
            try connection.simple("SET oms.tenant = 'default'")
            #expect(try count() == 2)
            try connection.simple("SET oms.tenant = 'another'")
            #expect(try count() == 0)
        }
    }
}
