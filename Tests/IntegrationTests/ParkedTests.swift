import AMQP
import Bus
import Contracts
import TestSupport
import Testing

/// The operator's way with messages that failed for good. A fleet of its own: it empties a queue that all would share.
@Suite("Parked messages", .timeLimit(.minutes(2))) struct ParkedTests {
    private func order(_ tenant: String) -> Message {
        Message(
            id: .new(), type: "order.create", tenant: tenant, actor: Actor(.customer, id: "cust_42"),
            body: Array(OrderBody.simple().utf8), requestID: "r", path: "/api/v1/orders", attempt: 4)
    }

    private func park(_ messages: [Message], _ fleet: Fleet) async throws {
        let endpoint = try AMQPEndpoint(url: fleet.broker.url)
        let queue = WorkerName.order.parkedQueue
        try await onThread {
            let connection = try AMQPConnection(endpoint, name: "tests park")
            defer { connection.close() }
            for message in messages {
                try connection.publish(
                    message.parkedCopy(in: queue, from: WorkerName.order.commandQueue, reason: "a test"))
            }
            try connection.flush()
        }
        let audit = FleetAudit(fleet, tenant: "parked")
        #expect(try await eventually { try await audit.messages(in: queue) == messages.count })
    }

    @Test func listedShownReplayedAndDropped() async throws {
        let fleet = try await Fleet.start([.order])
        _ = try await fleet.run(.sandbox)
        _ = try await fleet.run(.order)
        let audit = FleetAudit(fleet, tenant: "parked")
        let (first, second, other) = (order("parked"), order("parked"), order("elsewhere"))
        let broken = Message(id: .new(), type: "unreadable", tenant: "parked", body: [1, 200, 3])
        try await park([first, second, other, broken], fleet)

        let list = try await fleet.oms("parked", "list")
        #expect(list.split(separator: "\n").count == 4)
        #expect(list.contains(first.id.description) && list.contains("a test") && !list.contains("Khreshchatyk"))
        let causes = try await fleet.oms("parked", "list", "order", "--by-cause")
        #expect(causes.contains("order\t3\torder.create\ta test"))
        let shown = try JSONParser.parse(try await fleet.oms("parked", "show", "order", first.id.description))
        #expect(shown["body"]?["items"]?.array?.isEmpty == false)
        #expect(shown["origin"]?.string == "oms.order.commands")

        await #expect(throws: TestSupportError.self, "it names nothing") {
            try await fleet.oms("parked", "replay", "order", Identifier.new().description)
        }
        await #expect(throws: TestSupportError.self, "it is no message") {
            try await fleet.oms("parked", "replay", "order", broken.id.description)
        }
        #expect(try await eventually { try await audit.messages(in: WorkerName.order.parkedQueue) == 4 })
        #expect(try await audit.orders().isEmpty)

        _ = try await fleet.oms("parked", "replay", "order", first.id.description)
        #expect(try await eventually { try await audit.orders().count == 1 })
        _ = try await fleet.oms("parked", "replay", "order", "--all", "--tenant", "parked", "--type", "order.create")
        #expect(try await eventually { try await audit.orders().count == 2 })
        _ = try await fleet.oms("parked", "drop", "order", other.id.description, broken.id.description)
        #expect(try await eventually { try await audit.messages(in: WorkerName.order.parkedQueue) == 0 })
        #expect(try await fleet.oms("parked", "list", "order").isEmpty)
        await fleet.stop()
    }
}
