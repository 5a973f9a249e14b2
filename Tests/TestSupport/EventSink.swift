import AMQP
import Bus
import Foundation
import Synchronization

/// Another service of the shop, as the fleet sees it: reads all public events from a durable queue of its own and
/// connects again for ever.
public final class EventSink: Sendable {
    public struct Entry: Sendable, Hashable {
        public let messageID: String
        public let type: String
        /// Who tells it: `/oms/order`, or empty for a service that does not say.
        public let source: String
        public let tenant: String
        public let subject: String
        public let sequence: Int64
    }

    private struct State {
        var entries: [Entry] = []
        var isBound = false
        var isStopped = false
    }

    private let endpoint: AMQPEndpoint
    private let queue = "tests.sink"
    private let state = Mutex(State())

    /// Binds the queue before it returns, so that nothing published afterwards is missed.
    public static func start(url: String) async throws -> EventSink {
        let sink = EventSink(try AMQPEndpoint(url: url))
        Thread { sink.run() }.start()
        guard try await eventually(within: .seconds(30), { sink.state.withLock { $0.isBound } }) else {
            throw TestSupportError("the sink cannot bind its queue")
        }
        return sink
    }

    private init(_ endpoint: AMQPEndpoint) { self.endpoint = endpoint }

    public func stop() { state.withLock { $0.isStopped = true } }

    /// Everything received of a tenant in order, repetitions included.
    public func entries(tenant: String) -> [Entry] { state.withLock { $0.entries.filter { $0.tenant == tenant } } }

    private func run() {
        while !state.withLock({ $0.isStopped }) {
            do {
                let connection = try AMQPConnection(endpoint, name: "tests sink")
                defer { connection.close() }
                try read(connection)
            } catch {
                Thread.sleep(forTimeInterval: 0.2)
            }
        }
    }

    private func read(_ connection: AMQPConnection) throws {
        try Topology.declareExchanges(connection)
        try connection.declareQueue(queue, arguments: ["x-queue-type": .string("quorum")])
        try connection.bind(queue: queue, exchange: FleetExchange.events, routingKey: "#")
        try connection.prefetch(500)
        try connection.consume(queue)
        state.withLock { $0.isBound = true }
        while !state.withLock({ $0.isStopped }) {
            var last: UInt64?
            for event in try connection.receive(wait: .milliseconds(200)) {
                switch event {
                case .delivery(let delivery):
                    record(delivery)
                    last = delivery.deliveryTag
                case .consumerCancelled(let tag): throw AMQPError(.channelClosed, "consumer \(tag) was cancelled")
                default: break
                }
            }
            if let last { try connection.ack(last, multiple: true) }
        }
        try connection.flush()
    }

    private func record(_ delivery: AMQPDelivery) {
        let properties = delivery.properties
        let entry = Entry(
            messageID: properties.messageID ?? "", type: properties.type ?? delivery.routingKey,
            source: properties.headers["cloudEvents:source"]?.stringValue ?? "",
            tenant: properties.headers["tenant_id"]?.stringValue ?? "",
            subject: properties.headers["cloudEvents:subject"]?.stringValue ?? "",
            sequence: properties.headers["sequence"]?.integerValue ?? 0)
        state.withLock { $0.entries.append(entry) }
    }
}
