import Contracts
import Logging
import Postgres
import TestSupport
import Testing

@testable import ShippingWorker
@testable import Worker

/// `shipment.label` over a live database.
@Suite("Labels of shipments") struct LabelTests {
    private static let staff = Actor(.staff, id: "staff_7")

    private final class Place: @unchecked Sendable {
        let connection: PostgresConnection
        let carrier: PlayedCarrier
        private let desk: LabelDesk

        init(_ carrier: PlayedCarrier, _ shipments: [Shipment], patience: Duration = .seconds(20)) throws {
            let (name, connection) = try TestDatabase.schema()
            self.connection = connection
            self.carrier = carrier
            desk = LabelDesk(
                connectors: [.novaposhta: carrier], logger: Logger(label: "tests"), patience: patience)
            let migrations = RuntimeSchema.migrations + ShippingApplication.migrations
            _ = try PostgresMigrator(schema: name, migrations: migrations).migrate(connection)
            _ = try connection.run(ShipmentStore.insert(shipments))
        }

        func ask(
            _ shipment: String, _ parameters: [String: String] = [:], by actor: Actor = staff,
            tenant: String = "default"
        ) async throws -> Reply {
            let inquiry = Message(
                id: .new(), type: "shipment.label", tenant: tenant, actor: actor,
                parameters: ["id": shipment].merging(parameters) { $1 })
            let read = { (statements: [Statement]) throws -> [Rows] in try self.connection.pipeline(statements) }
            switch try #require(try desk.begin([inquiry], read).first) {
            case .known(let reply): return reply
            case .asking(let ask): return try #require(try QueryPlan.answer([await ask()], read).first)
            }
        }
    }

    private static func shipment(_ change: (inout Shipment) -> Void = { _ in }) throws -> Shipment {
        var sample = ShippingSample()
        var shipment = try sample.ship()
        change(&shipment)
        return shipment
    }

    private static func code(_ reply: Reply) throws -> String? { try JSONParser.parse(reply.body)["code"]?.string }

    @Test func fetchedOnceAndKept() async throws {
        let shipment = try Self.shipment()
        let place = try Place(PlayedCarrier(), [shipment])
        let first = try await place.ask(shipment.id.description)
        #expect(first.status == 200)
        #expect(first.contentType == "application/pdf")
        #expect(String(decoding: first.body, as: UTF8.self) == "%PDF 20451234567890 100x100 1")
        #expect(first.headers["Content-Disposition"] == #"inline; filename="20451234567890-100x100.pdf""#)
        let tag = try #require(first.headers["ETag"])
        #expect(tag.utf8.count <= 80)
        let again = try await place.ask(shipment.id.description)
        #expect(again == first)
        #expect(try await place.ask(shipment.id.description, ["if-none-match": "\"x\", \(tag)"]).status == 304)
        let other = try await place.ask(shipment.id.description, ["size": "85x85", "if-none-match": tag])
        #expect(other.status == 200)
        #expect(other.headers["ETag"] != tag)
        #expect(place.carrier.asked == ["20451234567890 100x100", "20451234567890 85x85"])
    }

    /// Two processes fetch the same label at once: both hand out the one that is kept.
    @Test func theFirstThatIsKeptWins() async throws {
        let shipment = try Self.shipment()
        let place = try Place(PlayedCarrier(), [shipment])
        _ = try place.connection.run(LabelStore.keep(Array("first".utf8), of: shipment, .a4, at: ShippingSample.now))
        _ = try place.connection.run(LabelStore.keep(Array("second".utf8), of: shipment, .a4, at: ShippingSample.now))
        #expect(try await place.ask(shipment.id.description, ["size": "a4"]).body == Array("first".utf8))
        #expect(place.carrier.asked.isEmpty)
    }

    @Test func theNearestSize() async throws {
        let shipment = try Self.shipment()
        let place = try Place(PlayedCarrier(labelSizes: [.a4, .eightyFive]), [shipment])
        let label = try await place.ask(shipment.id.description)
        #expect(label.headers["Content-Disposition"] == #"inline; filename="20451234567890-85x85.pdf""#)
        #expect(place.carrier.asked == ["20451234567890 85x85"])
    }

    @Test(arguments: [
        (LabelSize.hundred, [LabelSize.a4], LabelSize.a4), (.hundred, [.eightyFive, .a4], .eightyFive),
        (.a4, [.eightyFive, .hundred], .hundred), (.eightyFive, LabelSize.allCases, .eightyFive),
    ]) func nearest(size: LabelSize, offered: [LabelSize], expected: LabelSize) {
        #expect(size.nearest(of: Set(offered)) == expected)
        #expect(size.nearest(of: []) == nil)
    }

    @Test(
        arguments: [
            (ShipmentStatus.pending, "2"), (.rejected, nil), (.cancelled, nil),
        ] as [(ShipmentStatus, String?)])
    func notReady(status: ShipmentStatus, retryAfter: String?) async throws {
        let shipment = try Self.shipment {
            $0.status = status
            if status != .cancelled { $0.trackingNumber = nil }
        }
        let place = try Place(PlayedCarrier(), [shipment])
        let reply = try await place.ask(shipment.id.description)
        #expect(reply.status == 409)
        #expect(try Self.code(reply) == "label_not_ready")
        #expect(reply.headers["Retry-After"] == retryAfter)
        #expect(place.carrier.asked.isEmpty)
    }

    @Test(arguments: [PlayedCarrier.Behaviour.away, .silent])
    func theCarrierIsAway(behaviour: PlayedCarrier.Behaviour) async throws {
        let shipment = try Self.shipment()
        let place = try Place(PlayedCarrier(behaviour), [shipment], patience: .milliseconds(200))
        let reply = try await place.ask(shipment.id.description)
        #expect(reply.status == 503)
        #expect(try Self.code(reply) == "carrier_unavailable")
        #expect(reply.headers["Retry-After"] != nil)
        _ = try place.connection.run(LabelStore.keep(Array("kept".utf8), of: shipment, .hundred, at: .now))
        #expect(try await place.ask(shipment.id.description).body == Array("kept".utf8))
    }

    @Test func refusals() async throws {
        let shipment = try Self.shipment()
        let id = shipment.id.description
        let place = try Place(PlayedCarrier(), [shipment])
        let replies = [
            try await place.ask(Identifier.new().description), try await place.ask("7"),
            try await place.ask(id, tenant: "other"), try await place.ask(id, by: Actor(.customer, id: "cust_7")),
            try await place.ask(id, by: Actor(.customer, id: shipment.customerID)),
            try await place.ask(id, ["size": "a5"]), try await place.ask(id, ["colour": "red"]),
            try await place.ask(id, ["accept": "text/html"]),
        ]
        #expect(replies.map(\.status) == [404, 404, 404, 404, 403, 400, 400, 406])
        #expect(try Self.code(replies[5]) == "invalid_parameter")
        #expect(try Self.code(replies[6]) == "unknown_parameter")
        #expect(place.carrier.asked.isEmpty)
        #expect(try await place.ask(id, ["accept": "application/pdf;q=0.1, text/html"]).status == 200)
    }
}
