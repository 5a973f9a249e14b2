import AMQP
import Bus
import Contracts
import TestSupport
import Testing

extension FaultTests {
    /// Messages that are broken, or come more than once.
    @Suite struct MessageFaultTests {
        @Test func onePoisonAmongAThousand() async throws {
            let scene = try await FaultScene.begin()
            let worker = try await scene.fleet.run(.order)
            let load = scene.load(limit: 1000, pause: .zero)
            async let shopping: Void = load.run(clients: 32)
            try await scene.wait(for: 300, load)
            let poison = Message(
                id: .new(), type: "payment.completed", tenant: scene.tenant, body: Array(#"{"order_id":"0199"#.utf8))
            try await publish(Message.fleetBundles([poison]), scene)
            await shopping
            try await scene.expectNothingLost(load.tally)
            #expect(try await eventually { try await scene.audit.messages(in: "oms.order.parked") == 1 })
            try await scene.endOfScene([worker], parked: [poison.id.description])
        }

        /// A bundle that is no bundle at all is kept too.
        @Test func unreadableBundle() async throws {
            let scene = try await FaultScene.begin()
            let worker = try await scene.fleet.run(.order)
            let broken = AMQPMessage(
                exchange: FleetExchange.commands, routingKey: "order.create", mandatory: true,
                properties: AMQPProperties(contentType: Bundle.messages, deliveryMode: AMQPProperties.persistent),
                body: [1, 200, 3])
            let load = scene.load(limit: 100)
            async let shopping: Void = load.run()
            try await publish([broken], scene)
            await shopping
            try await scene.expectNothingLost(load.tally)
            #expect(try await eventually { try await scene.audit.messages(in: "oms.order.parked") == 1 })
            let parked = try await scene.audit.drain("oms.order.parked")
            let kept = try parked.first.map { try Bundle.unpackMessages($0.body) }
            #expect(kept?.map(\.body) == [[1, 200, 3]])
            try await scene.endOfScene([worker])
        }

        /// Two workers, each command delivered twice at the same time and once more later.
        @Test func everyCommandTwice() async throws {
            let scene = try await FaultScene.begin()
            let workers = [try await scene.fleet.run(.order), try await scene.fleet.run(.order)]
            let commands = (0..<300).map { number in
                Message(
                    id: .new(), type: "order.create", tenant: scene.tenant, actor: Actor(.customer, id: "cust_42"),
                    body: Array(OrderBody.simple(product: "prod_\(number % 50 + 1)").utf8))
            }
            var bundles: [AMQPMessage] = []
            for start in stride(from: 0, to: commands.count, by: 3) {
                let few = Message.commandBundles(Array(commands[start..<start + 3]))
                bundles += few + few
            }
            // Single commands too: a bundle of one has no neighbours that hide a fault.
            for command in commands.prefix(60) { bundles += Message.commandBundles([command]) }
            try await publish(bundles, scene)
            try await scene.expectOrders(nil, count: commands.count)
            try await publish(bundles, scene)
            #expect(try await eventually { try await scene.audit.messages(in: "oms.order.commands") == 0 })
            try await scene.endOfScene(workers)
            try await scene.expectOrders(nil, count: commands.count)
        }

        private func publish(_ messages: [AMQPMessage], _ scene: FaultScene) async throws {
            let endpoint = try AMQPEndpoint(url: scene.fleet.broker.url)
            try await onThread {
                let connection = try AMQPConnection(endpoint, name: "tests publisher")
                defer { connection.close() }
                try connection.confirmSelect()
                var open = Set(1...UInt64(messages.count))
                for message in messages { try connection.publish(message) }
                let deadline = ContinuousClock.now + .seconds(30)
                while !open.isEmpty, ContinuousClock.now < deadline {
                    for event in try connection.receive(wait: .seconds(1)) {
                        guard case .confirmed(let sequence, let multiple) = event else { continue }
                        if multiple { open = open.filter { $0 > sequence } } else { open.remove(sequence) }
                    }
                }
                #expect(open.isEmpty, "the broker has not taken all messages")
            }
        }
    }
}
