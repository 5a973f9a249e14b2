import Contracts
import Postgres
import TestSupport
import Testing

@testable import ShippingWorker
@testable import Worker

/// `shipment.list` over a live database.
@Suite("Lists of shipments") struct ShipmentListTests {
    private static let staff = Actor(.staff, id: "staff_7")
    private static let queries = ShippingQueries(
        policy: ShippingPolicy(enabled: [.novaposhta]),
        cursors: CursorKey(secret: "a secret of the tests, 32 bytes."))

    /// What the filters look at, of one stored shipment.
    private struct Entry {
        let id: Identifier
        let order: Identifier
        let tenant: String
        let customer: String
        let carrier: Carrier
        let status: ShipmentStatus
        let number: String?
        let createdAt: Timestamp
    }

    private static func entries(_ random: inout SeededNumbers) -> [Entry] {
        let orders = (0..<30).map { Identifier(high: 0x0199_0000_0000_7000, low: $0) }
        return (0..<150).map { number in
            let order = Int.random(in: orders.indices, using: &random)
            let status = ShipmentStatus.allCases.randomElement(using: &random) ?? .pending
            // Few instants, so that many shipments share one.
            return Entry(
                id: Identifier(high: 0x0199_0000_0001_7000, low: UInt64(number)), order: orders[order],
                tenant: order % 3 == 0 ? "other" : "default", customer: "cust_\(order % 4)",
                carrier: Carrier.allCases.randomElement(using: &random) ?? .novaposhta, status: status,
                number: status == .pending ? nil : "TTN-\(number / 2)-\(number)",
                createdAt: ShippingSample.now.adding(.milliseconds(Int64.random(in: 0..<12, using: &random))))
        }
    }

    private static func connection(_ entries: [Entry], _ shipment: Shipment) throws -> PostgresConnection {
        let (name, connection) = try TestDatabase.schema()
        let migrations = RuntimeSchema.migrations + ShippingApplication.migrations
        _ = try PostgresMigrator(schema: name, migrations: migrations).migrate(connection)
        let document = String(decoding: shipment.document(for: .store), as: UTF8.self)
        let documents = entries.map {
            document.replacing(shipment.id.description, with: $0.id.description)
        }
        _ = try connection.run(
            Statement(
                """
                INSERT INTO shipments (shipment_id, order_id, tenant_id, customer_id, carrier, status, tracking_number,
                    version, created_at, updated_at, document)
                SELECT id, order_id, tenant, customer, carrier, status, number, 1, at, at, document
                FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::timestamptz[], $9::json[])
                    AS new (id, order_id, tenant, customer, carrier, status, number, at, document)
                """,
                [
                    .ids(entries.map(\.id)), .ids(entries.map(\.order)), .texts(entries.map(\.tenant)),
                    .texts(entries.map(\.customer)), .texts(entries.map(\.carrier.rawValue)),
                    .texts(entries.map(\.status.rawValue)), .textArray(entries.map(\.number)),
                    .times(entries.map(\.createdAt)), .jsonArray(documents.map { Array($0.utf8) }),
                ]))
        return connection
    }

    private static func ask(
        _ parameters: [String: String], by actor: Actor = staff, type: String = "shipment.list",
        on connection: PostgresConnection
    ) throws -> Reply {
        let query = Message(
            id: .new(), type: type, tenant: "default", actor: actor, path: "/api/v1/shipments", parameters: parameters)
        return try #require(try queries.answer([query]) { try connection.pipeline($0) }.first)
    }

    /// All ids of a list, page after page.
    private static func walk(
        _ parameters: [String: String], by actor: Actor, limit: Int, on connection: PostgresConnection
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
        } while asked["cursor"] != nil
        return seen
    }

    @Test(arguments: 0..<4) func everyShipmentOnce(seed: UInt64) async throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        try await onThread {
            var random = SeededNumbers(state: seed)
            let entries = Self.entries(&random)
            let connection = try Self.connection(entries, shipment)
            defer { connection.close() }
            for _ in 0..<25 {
                var (parameters, wanted) = ([String: String](), entries.filter { $0.tenant == "default" })
                func words<Word: RawRepresentable<String>>(_ all: [Word]) -> [Word] {
                    Array(all.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
                }
                if Int.random(in: 0..<3, using: &random) == 0 {
                    let some = words(ShipmentStatus.allCases)
                    parameters["status"] = some.map(\.rawValue).joined(separator: ",")
                    wanted.removeAll { !some.contains($0.status) }
                }
                if Int.random(in: 0..<3, using: &random) == 0 {
                    let some = words(Carrier.allCases)
                    parameters["carrier"] = some.map(\.rawValue).joined(separator: ",")
                    wanted.removeAll { !some.contains($0.carrier) }
                }
                if Int.random(in: 0..<5, using: &random) == 0 {
                    let number = "TTN-20-\(Int.random(in: 40...41, using: &random))"
                    parameters["tracking_number"] = number
                    wanted.removeAll { $0.number != number }
                }
                if Int.random(in: 0..<4, using: &random) == 0, let order = wanted.first?.order {
                    parameters["order_id"] = order.description
                    wanted.removeAll { $0.order != order }
                }
                let isCustomer = Int.random(in: 0..<4, using: &random) == 0
                if isCustomer { wanted.removeAll { $0.customer != "cust_1" } }
                let isAscending = Bool.random(using: &random)
                parameters["sort"] = isAscending ? "created_at" : "-created_at"
                let ids = wanted.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }.map(\.id)
                let seen = try Self.walk(
                    parameters, by: isCustomer ? Actor(.customer, id: "cust_1") : Self.staff,
                    limit: Int.random(in: 1...20, using: &random), on: connection)
                #expect(seen == (isAscending ? ids : ids.reversed()), "\(parameters)")
            }
        }
    }

    /// Each way to the rows has its index, and the planner takes it.
    @Test func everyWayHasAnIndex() async throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        try await onThread {
            let connection = try Self.connection([], shipment)
            defer { connection.close() }
            let document = String(decoding: shipment.document(for: .store), as: UTF8.self)
            try connection.simple(
                """
                INSERT INTO shipments (shipment_id, order_id, tenant_id, customer_id, carrier, status, tracking_number,
                    version, created_at, updated_at, document)
                SELECT gen_random_uuid(), md5((n % 2000)::text)::uuid, CASE WHEN n % 5 = 0 THEN 'default' ELSE 'other' END,
                    'cust_' || n % 200, CASE WHEN n % 97 = 0 THEN 'meest' ELSE 'novaposhta' END,
                    CASE WHEN n % 101 = 0 THEN 'failed' ELSE 'delivered' END, 'TTN' || n, 1,
                    timestamptz '2025-09-01' + n * interval '1 minute', now(), '\(document)'
                FROM generate_series(1, 20000) AS n;
                ANALYZE shipments;
                """)
            for (parameters, actor, index) in [
                ([:], Self.staff, "shipments_tenant"), (["sort": "created_at"], Self.staff, "shipments_tenant"),
                ([:], Actor(.customer, id: "cust_7"), "shipments_customer"),
                (["order_id": Identifier.new().description], Self.staff, "shipments_order"),
                (["status": "failed,pending"], Self.staff, "shipments_status"),
                (["carrier": "meest"], Self.staff, "shipments_carrier"),
                (["tracking_number": "TTN7"], Self.staff, "shipments_tracking_number"),
                (["tracking_number": "TTN7", "carrier": "meest"], Self.staff, "shipments_tracking_number"),
            ] {
                let query = Message(
                    id: .new(), type: "shipment.list", tenant: "default", actor: actor, parameters: parameters)
                let statement = try ShipmentFilter(query, Self.queries.cursors).statement
                let plan = try connection.run(Statement("EXPLAIN " + statement.sql, statement.parameters))
                let text = try plan.map { try $0.text(0) }.joined(separator: "\n")
                #expect(text.contains(" \(index) "), "\(parameters)\n\(text)")
                #expect(!text.contains("Seq Scan on shipments"))
            }
        }
    }

    @Test func showsWhatTheSingleReadShows() async throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        try await onThread {
            let connection = try Self.connection([], shipment)
            defer { connection.close() }
            _ = try connection.run(ShipmentStore.insert([shipment]))
            for actor in [Self.staff, Actor(.customer, id: shipment.customerID)] {
                let page = try JSONParser.parse(
                    try Self.ask(["tracking_number": "20451234567890"], by: actor, on: connection).body)
                let one = try Self.ask(
                    ["id": shipment.id.description], by: actor, type: "shipment.get", on: connection)
                let document = try JSONParser.parse(one.body)
                #expect((document["carrier_ref"] != nil) == actor.isStaff)
                #expect(try page.list("data") == [document])
            }
            let foreign = try Self.ask([:], by: Actor(.customer, id: "cust_7"), on: connection)
            #expect(try JSONParser.parse(foreign.body).list("data").isEmpty)
        }
    }

    @Test(arguments: [
        ("status", "lost", "unknown_value"), ("carrier", "pigeon", "unknown_value"),
        ("order_id", "7", "invalid_format"),
        ("carrier", Array(repeating: "meest", count: 5).joined(separator: ","), "too_many_items"),
        ("tracking_number", "", "invalid_format"),
        ("tracking_number", String(repeating: "1", count: 65), "invalid_format"),
    ]) func faults(name: String, value: String, code: String) throws {
        let query = Message(
            id: .new(), type: "shipment.list", tenant: "default", actor: Self.staff, parameters: [name: value])
        let reply = try #require(try Self.queries.answer([query]) { _ in [] }.first)
        let problem = try JSONParser.parse(reply.body)
        #expect(problem["code"]?.string == "invalid_parameter")
        #expect(problem["errors"]?.array?.map { $0["parameter"]?.string } == [name])
        #expect(problem["errors"]?.array?.map { $0["code"]?.string } == [code])
    }
}
