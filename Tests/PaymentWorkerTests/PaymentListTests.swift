import Contracts
import Postgres
import TestSupport
import Testing

@testable import PaymentWorker
@testable import Worker

/// `payment.list` over a live database.
@Suite("Lists of payments") struct PaymentListTests {
    private static let cursors = CursorKey(secret: "a secret of the tests, 32 bytes.")

    /// What the filters look at, of one stored payment.
    private struct Entry {
        let id: Identifier
        let order: Identifier
        let tenant: String
        let customer: String
        let provider: PaymentProvider
        let status: PaymentStatus
        let needsReview: Bool
        let createdAt: Timestamp
    }

    private static func entries(_ random: inout SeededNumbers) -> [Entry] {
        let orders = (0..<30).map { Identifier(high: 0x0199_0000_0000_7000, low: $0) }
        return (0..<150).map { number in
            let order = Int.random(in: orders.indices, using: &random)
            // Few instants, so that many payments share one.
            return Entry(
                id: Identifier(high: 0x0199_0000_0001_7000, low: UInt64(number)), order: orders[order],
                tenant: order % 3 == 0 ? "other" : "default", customer: "cust_\(order % 4)",
                provider: PaymentProvider.allCases.randomElement(using: &random) ?? .liqpay,
                status: PaymentStatus.allCases.randomElement(using: &random) ?? .pending,
                needsReview: Int.random(in: 0..<4, using: &random) == 0,
                createdAt: Scenario.start.adding(.milliseconds(Int64.random(in: 0..<12, using: &random))))
        }
    }

    private static func connection(_ entries: [Entry]) throws -> PostgresConnection {
        let (name, connection) = try TestDatabase.schema()
        let migrations = RuntimeSchema.migrations + PaymentApplication.migrations
        _ = try PostgresMigrator(schema: name, migrations: migrations).migrate(connection)
        var scenario = Scenario()
        scenario.open()
        let details = scenario.payment.storedDetails
        _ = try connection.pipeline([
            Statement(
                """
                INSERT INTO order_payments SELECT DISTINCT ON (id) id, tenant, 1, '{}'::json
                FROM unnest($1::uuid[], $2::text[]) AS new (id, tenant)
                """, [.ids(entries.map(\.order)), .texts(entries.map(\.tenant))]),
            Statement(
                """
                INSERT INTO payments (id, order_id, number, tenant_id, customer_id, provider, status, amount, currency,
                    needs_review, version, created_at, updated_at, details)
                SELECT id, order_id, 0, tenant, customer, provider, status, 129500, 'UAH', review, 1, at, at, $8::json
                FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                    $9::boolean[]) AS new (id, order_id, tenant, customer, provider, status, at, review)
                """,
                [
                    .ids(entries.map(\.id)), .ids(entries.map(\.order)), .texts(entries.map(\.tenant)),
                    .texts(entries.map(\.customer)), .texts(entries.map(\.provider.rawValue)),
                    .texts(entries.map(\.status.rawValue)), .times(entries.map(\.createdAt)), .json(details),
                    .boolArray(entries.map(\.needsReview)),
                ]),
        ])
        return connection
    }

    private static func ask(
        _ parameters: [String: String], by actor: Actor = Scenario.staff, on connection: PostgresConnection
    ) throws -> Reply {
        let query = Message(
            id: .new(), type: "payment.list", tenant: "default", actor: actor, path: "/api/v1/payments",
            parameters: parameters)
        let replies = try PaymentQueries(cursors: Self.cursors).answer([query]) { try connection.pipeline($0) }
        return try #require(replies.first)
    }

    /// All ids of a list, page after page.
    private static func walk(
        _ parameters: [String: String], by actor: Actor = Scenario.staff, limit: Int, on connection: PostgresConnection
    ) throws -> [Identifier] {
        var asked = parameters
        asked["limit"] = String(limit)
        var seen: [Identifier] = []
        repeat {
            let reply = try ask(asked, by: actor, on: connection)
            try #require(reply.status == 200, "\(asked) \(String(decoding: reply.body, as: UTF8.self))")
            let page = try JSONParser.parse(reply.body)
            seen += try page.list("data").map { try $0.id("id") }
            asked["cursor"] = page["next_cursor"]?.string
            #expect(page["has_more"]?.bool == (asked["cursor"] != nil))
            #expect((reply.headers["Link"] != nil) == (asked["cursor"] != nil))
        } while asked["cursor"] != nil
        return seen
    }

    @Test(arguments: 0..<4) func everyPaymentOnce(seed: UInt64) async throws {
        try await onThread {
            var random = SeededNumbers(state: seed)
            let entries = Self.entries(&random)
            let connection = try Self.connection(entries)
            defer { connection.close() }
            for _ in 0..<25 {
                var (parameters, wanted) = ([String: String](), entries.filter { $0.tenant == "default" })
                func words<Word: RawRepresentable<String>>(_ all: [Word]) -> [Word] {
                    Array(all.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
                }
                if Int.random(in: 0..<3, using: &random) == 0 {
                    let some = words(PaymentStatus.allCases)
                    parameters["status"] = some.map(\.rawValue).joined(separator: ",")
                    wanted.removeAll { !some.contains($0.status) }
                }
                if Int.random(in: 0..<3, using: &random) == 0 {
                    let some = words(PaymentProvider.allCases)
                    parameters["provider"] = some.map(\.rawValue).joined(separator: ",")
                    wanted.removeAll { !some.contains($0.provider) }
                }
                if Int.random(in: 0..<3, using: &random) == 0 {
                    let needsReview = Bool.random(using: &random)
                    parameters["needs_review"] = "\(needsReview)"
                    wanted.removeAll { $0.needsReview != needsReview }
                }
                if Int.random(in: 0..<4, using: &random) == 0, let order = wanted.first?.order {
                    parameters["order_id"] = order.description
                    wanted.removeAll { $0.order != order }
                }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    let (from, to) = (Scenario.start.adding(.milliseconds(2)), Scenario.start.adding(.milliseconds(9)))
                    parameters["created_from"] = from.description
                    parameters["created_to"] = to.description
                    wanted.removeAll { $0.createdAt < from || $0.createdAt >= to }
                }
                let isCustomer = Int.random(in: 0..<4, using: &random) == 0
                if isCustomer { wanted.removeAll { $0.customer != "cust_1" } }
                let isAscending = Bool.random(using: &random)
                parameters["sort"] = isAscending ? "created_at" : "-created_at"
                let ids = wanted.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }.map(\.id)
                let seen = try Self.walk(
                    parameters, by: isCustomer ? Actor(.customer, id: "cust_1") : Scenario.staff,
                    limit: Int.random(in: 1...20, using: &random), on: connection)
                #expect(seen == (isAscending ? ids : ids.reversed()), "\(parameters)")
            }
        }
    }

    /// Each way to the rows has its index, and the planner takes it.
    @Test func everyWayHasAnIndex() async throws {
        try await onThread {
            let connection = try Self.connection([])
            defer { connection.close() }
            var scenario = Scenario()
            scenario.open()
            let details = String(decoding: scenario.payment.storedDetails, as: UTF8.self)
            try connection.simple(
                """
                INSERT INTO order_payments
                SELECT md5(n::text)::uuid, CASE WHEN n % 5 = 0 THEN 'default' ELSE 'other' END, 1, '{}'
                FROM generate_series(1, 2000) AS n;
                INSERT INTO payments (id, order_id, number, tenant_id, customer_id, provider, status, amount, currency,
                    needs_review, version, created_at, updated_at, details)
                SELECT gen_random_uuid(), md5((n % 2000 + 1)::text)::uuid, n / 2000,
                    CASE WHEN (n % 2000 + 1) % 5 = 0 THEN 'default' ELSE 'other' END, 'cust_' || n % 200,
                    CASE WHEN n % 97 = 0 THEN 'mono' ELSE 'liqpay' END,
                    CASE WHEN n % 101 = 0 THEN 'failed' ELSE 'completed' END, 100, 'UAH', n % 89 = 0, 1,
                    timestamptz '2025-09-01' + n * interval '1 minute', now(), '\(details)'
                FROM generate_series(1, 20000) AS n;
                ANALYZE order_payments;
                ANALYZE payments;
                """)
            for (parameters, actor, index) in [
                ([:], Scenario.staff, "payments_tenant"), (["sort": "created_at"], Scenario.staff, "payments_tenant"),
                ([:], Scenario.customer, "payments_customer"),
                (["order_id": Identifier.new().description], Scenario.staff, "payments_order"),
                (["status": "failed"], Scenario.staff, "payments_status"),
                (["status": "failed,pending"], Scenario.staff, "payments_status"),
                (["provider": "mono,stripe"], Scenario.staff, "payments_provider"),
                (["needs_review": "true"], Scenario.staff, "payments_needs_review"),
            ] {
                let query = Message(
                    id: .new(), type: "payment.list", tenant: "default", actor: actor, parameters: parameters)
                for statement in try PaymentFilter(query, Self.cursors).statements {
                    let plan = try connection.run(Statement("EXPLAIN " + statement.sql, statement.parameters))
                    let text = try plan.map { try $0.text(0) }.joined(separator: "\n")
                    #expect(text.contains(" \(index) "), "\(parameters)\n\(text)")
                    #expect(!text.contains("Seq Scan on payments"))
                }
            }
        }
    }

    @Test func showsWhatTheSingleReadShows() async throws {
        try await onThread {
            let connection = try Self.connection([])
            defer { connection.close() }
            var scenario = Scenario()
            scenario.open()
            scenario.callback("success", at: 1)
            scenario.run(
                .refund(RefundRequest(payment: scenario.payment.id, amount: .string("1.00"))), actor: Scenario.staff)
            let state = try #require(scenario.state)
            for saving in PaymentStore.save([Changed(key: scenario.orderID, before: nil, after: state)]) {
                _ = try connection.run(saving.statement)
            }
            let page = try Self.ask([:], by: Scenario.customer, on: connection)
            let single = Message(
                id: .new(), type: "payment.get", tenant: "default", actor: Scenario.customer,
                parameters: ["id": scenario.payment.id.description])
            let one = try PaymentQueries(cursors: Self.cursors).answer([single]) { try connection.pipeline($0) }
            let document = try JSONParser.parse(try #require(one.first).body)
            #expect(document["refunds"]?.array?.count == 1)
            #expect(try JSONParser.parse(page.body).list("data") == [document])
            #expect(page.headers["Vary"] == "Authorization")
            let foreign = try Self.ask([:], by: Actor(.customer, id: "cust_7"), on: connection)
            #expect(try JSONParser.parse(foreign.body).list("data").isEmpty)
        }
    }

    @Test(arguments: [
        ("status", "lost", "unknown_value"), ("status", "", "unknown_value"), ("provider", "paypal", "unknown_value"),
        ("provider", "mono,,", "unknown_value"), ("needs_review", "yes", "invalid_format"),
        ("order_id", "7", "invalid_format"), ("limit", "0", "invalid_format"), ("sort", "amount", "unknown_value"),
        ("provider", Array(repeating: "mono", count: 6).joined(separator: ","), "too_many_items"),
        ("created_to", "tomorrow", "invalid_format"),
    ]) func faults(name: String, value: String, code: String) throws {
        let query = Message(
            id: .new(), type: "payment.list", tenant: "default", actor: Scenario.staff, parameters: [name: value])
        let reply = try #require(try PaymentQueries(cursors: Self.cursors).answer([query]) { _ in [] }.first)
        let problem = try JSONParser.parse(reply.body)
        #expect(problem["code"]?.string == "invalid_parameter")
        #expect(problem["errors"]?.array?.map { $0["parameter"]?.string } == [name])
        #expect(problem["errors"]?.array?.map { $0["code"]?.string } == [code])
    }
}
