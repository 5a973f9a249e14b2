import Contracts
import Postgres
import TestSupport
import Testing

@testable import ShippingWorker
@testable import Worker

/// The worker's SQL under the runtime's own transaction, on a real server.
@Suite("Shipments in the database") struct ShipmentStoreTests {
    /// A process that decides on a schema with the worker's tables.
    private final class Place {
        let name: String
        let connection: PostgresConnection
        private static let policy = ShippingPolicy(enabled: [.novaposhta])
        private let processor = BatchProcessor(handler: ShippingHandler(policy), owner: Identifier.new())

        init() throws {
            (name, connection) = try TestDatabase.schema()
            let migrations = RuntimeSchema.migrations + ShippingApplication.migrations
            _ = try PostgresMigrator(schema: name, migrations: migrations).migrate(connection)
        }

        init(sharing name: String) throws {
            self.name = name
            connection = try TestDatabase.patientConnection(schema: name)
        }

        func process(_ messages: [Message], capacity: Int = 10) throws -> BatchResult<ShippingHandler> {
            try processor.process(messages, on: connection, effectCapacity: capacity, confirmed: [])
        }

        func count(_ sql: String) throws -> Int64 { try connection.run(Statement(sql)).only().int64(0) }

        func ask(_ type: String, _ shipment: Identifier, _ actor: Actor, _ more: [String: String] = [:]) throws -> Reply
        {
            let query = Message(
                id: Identifier.new(), type: type, tenant: "default", actor: actor,
                parameters: ["id": shipment.description].merging(more) { $1 })
            let queries = ShippingQueries(
                policy: Self.policy, cursors: CursorKey(secret: "a secret of the tests, 32 bytes."))
            let replies = try queries.answer([query]) { try connection.pipeline($0) }
            return try #require(replies.first)
        }
    }

    private static let staff = Actor(.staff, id: "staff_7")

    private func open(_ request: String = "{}", order: Identifier? = nil) throws -> Message {
        var text = String(decoding: try Fixture.bytes("order"), as: UTF8.self)
        if let order { text = text.replacing("01994cd1-2900-73ee-b7e9-6e59ce40f9cb", with: order.description) }
        return Message(
            id: Identifier.new(), type: "shipment.open", tenant: "default", actor: Self.staff,
            body: Array(#"{"request": \#(request), "order": \#(text)}"#.utf8),
            replyTo: Message.ReplyAddress(queue: "replies", token: 7))
    }

    @Test func fromTheRequestToDelivery() throws {
        let place = try Place()
        let request = try open()
        let opened = try place.process([request])
        #expect(opened.replies.isEmpty)
        #expect(opened.leased.map(\.kind) == ["novaposhta.create"])
        let create = try #require(opened.leased.first)
        let made = try place.process([.result(of: create, WaybillOutcome.made(ShippingSample.waybill).json)])
        #expect(made.events.map(\.type) == ["shipment.created"])
        let reply = try #require(made.replies.first?.reply.reply)
        #expect(made.replies.first?.reply.token == 7)
        #expect(reply.status == 201)
        #expect(reply.headers["ETag"] == "\"2\"")
        let id = try #require(made.events.first.flatMap { Identifier($0.subject) })

        #expect(try place.ask("shipment.get", id, Self.staff).body == reply.body)
        #expect(try place.ask("shipment.get", id, Self.staff, ["if-none-match": "\"2\""]).status == 304)
        let own = try JSONParser.parse(try place.ask("shipment.get", id, Actor(.customer, id: "cust_42")).body)
        #expect(own["carrier_cost"] == nil)
        #expect(own["carrier_ref"] == nil)
        #expect(own["tracking_number"]?.string == "20451234567890")
        #expect(try place.ask("shipment.get", id, Actor(.customer, id: "cust_7")).status == 404)
        #expect(try place.ask("shipment.get", Identifier.new(), Self.staff).status == 404)

        try deliver(id, in: place)
        let tracking = try JSONParser.parse(try place.ask("shipment.track", id, Self.staff).body)
        #expect(try tracking.list("events").map { $0["status"]?.string } == ["delivered", "at_branch"])
        #expect(tracking["stale"] == .bool(false))
        #expect(try place.count("SELECT count(*) FROM timers") == 0)
        #expect(try place.count("SELECT count(*) FROM effects") == 0)
    }

    private func deliver(_ id: Identifier, in place: Place) throws {
        let reports = [
            TrackingReport(code: "7", text: "Прибув на відділення", status: .atBranch, location: "Львів"),
            TrackingReport(code: "9", text: "Відправлення отримано", status: .delivered),
        ]
        for report in reports {
            let timer = try place.connection.run(
                RuntimeStatements.leaseTimers(10, until: .now, at: .of("2099-01-01T00:00:00Z"))
            )
            .only()
            let due = TimerChange.set(
                try timer.text(0), subject: try timer.text(1), tenant: try timer.text(2),
                at: Timestamp(microseconds: try timer.timestamp(3)))
            let asked = try place.process([.due(due)])
            let track = try #require(asked.leased.first)
            #expect(track.kind == "novaposhta.track")
            let told = try place.process([.result(of: track, report.json)])
            #expect(told.events.map(\.type) == ["shipment.updated"])
            #expect(told.events.map(\.subject) == [id.description])
        }
    }

    @Test func noUnitIsInTwoShipmentsWhoeverIsFirst() async throws {
        let place = try Place()
        let schema = place.name
        let orders = (0..<20).map { _ in Identifier.new() }
        // Three processes ship both units of the same orders at once.
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await onThread {
                        let place = try Place(sharing: schema)
                        return try orders.reduce(0) { try $0 + place.process([open(order: $1)]).leased.count }
                    }
                }
            }
            var opened = 0
            for try await count in group { opened += count }
            #expect(opened == orders.count)
        }
        #expect(try place.count("SELECT count(*) FROM shipments") == 20)
    }

    @Test func pricesTouchNoShipment() throws {
        let place = try Place()
        let quote = Message(
            id: Identifier.new(), type: "shipment.quote", tenant: "default",
            body: QuoteRequest(
                orderID: Identifier.new(),
                consignment: Consignment(
                    carrier: .novaposhta, service: .branch, city: "Lviv", weightGrams: 600,
                    declaredValue: Money(minor: 1, .uah))
            ).json)
        let asked = try place.process([quote])
        let effect = try #require(asked.leased.first)
        let request = try QuoteRequest(json: try JSONParser.parse(effect.body))
        let priced = Quote(request, .price(Money(minor: 9500, .uah), .carrier, CalendarDate("2025-09-17")))
        let told = try place.process([.result(of: effect, priced.json)])
        #expect(told.events.map(\.type) == ["shipment.quoted"])
        #expect(try place.count("SELECT count(*) FROM shipped_orders") == 0)
    }

    @Test func onlyStaffShips() throws {
        let place = try Place()
        var request = try open()
        request.actor = Actor(.customer, id: "cust_42")
        let refused = try place.process([request])
        #expect(refused.replies.map(\.reply.reply.status) == [403])
        #expect(refused.leased.isEmpty)
    }

    @Test func carriersAreListed() throws {
        let place = try Place()
        let reply = try place.ask("shipment.carriers", Identifier.new(), Actor(.customer, id: "c"))
        let list = try JSONParser.parse(reply.body).list("data")
        #expect(list.map { $0["code"]?.string } == ["novaposhta", "meest", "ukrposhta", "justin"])
        #expect(list.map { $0["available"] } == [.bool(true), .bool(false), .bool(false), .bool(false)])
        #expect(list.map { $0["unavailable_reason"]?.string } == [nil, "not_configured", "not_configured", "retired"])
        let tag = try #require(reply.headers["ETag"])
        #expect(try place.ask("shipment.carriers", Identifier.new(), Self.staff, ["if-none-match": tag]).status == 304)
    }

    @Test func datesOfHeaders() {
        #expect(Timestamp.of("2025-09-17T14:05:00Z").httpDate == "Wed, 17 Sep 2025 14:05:00 GMT")
    }
}
