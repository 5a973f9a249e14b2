import Contracts
import Foundation
import Testing
import Worker

@testable import ShippingWorker

enum Fixture {
    struct Missing: Error {
        let name: String
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        let url = Foundation.Bundle.module.url(
            forResource: name, withExtension: "json", subdirectory: "Fixtures")
        guard let url else { throw Missing(name: name) }
        return Array(try Data(contentsOf: url))
    }

    static func data(_ name: String) throws -> [JSON] {
        try #require(NovaPoshtaReply(try bytes(name))).data
    }
}

extension Timestamp {
    /// Of a literal; a wrong one gives the start of time, which no test expects.
    static func of(_ text: String) -> Timestamp { Timestamp(text) ?? Timestamp(milliseconds: 0) }
}

/// An order of two units of 600.00 UAH each, and what happens to its shipments.
struct ShippingSample {
    static let line = Identifier(high: 0x0199_4cd1_2901_70de, low: 0x85cf_24f1_2763_c4f4)
    static let now = Timestamp.of("2025-09-15T12:00:00Z")

    let decider = ShippingDecider(policy: ShippingPolicy(enabled: [.novaposhta]))
    var state: OrderShipments?
    var now = ShippingSample.now
    private var count: UInt64 = 0

    static func order(_ change: (inout String) -> Void = { _ in }) throws -> OrderSnapshot {
        var text = String(decoding: try Fixture.bytes("order"), as: UTF8.self)
        change(&text)
        return try OrderSnapshot(json: try JSONParser.parse(text))
    }

    static func open(_ request: String = "{}", _ order: OrderSnapshot) throws -> ShippingCommand {
        .open(try ShipmentDraft.read(try JSONParser.parse(request), for: order).get(), order)
    }

    @discardableResult mutating func run(_ command: ShippingCommand) -> (Decision<ShippingChange>, [Event]) {
        count += 1
        let message = Message(
            id: Identifier(high: 0x7000, low: count), type: "shipment.open", tenant: "default",
            actor: Actor(.staff, id: "staff_7"), requestID: "req-1")
        let context = DecisionContext(message: message, now: now)
        let decision = decider.decide(command, state, context)
        var events: [Event] = []
        for change in decision.changes {
            let after = decider.evolve(state, change, context)
            events += ShippingEvents.events(for: change, after, context)
            state = after
        }
        return (decision, events)
    }

    /// Opens a shipment of all units, and lets the carrier make its waybill.
    mutating func ship() throws -> Shipment {
        run(try Self.open("{}", try Self.order()))
        let shipment = try #require(state?.shipments.last)
        run(.waybill(shipment: shipment.id, .made(Self.waybill)))
        return try #require(state?[shipment.id])
    }

    static let waybill = Waybill(
        ref: "dddddddd-5555-11f0-9c2b-48df37b921db", number: "20451234567890", cost: Money(minor: 9500, .uah),
        estimatedDeliveryDate: CalendarDate("2025-09-17"))
}
