import AMQP
import Foundation
import Postgres

/// Looks at the database, the broker and the sink after a fault: what must be true of every accepted order.
public struct FleetAudit: Sendable {
    /// A row of the order worker's event log.
    public struct LoggedEvent: Sendable, Hashable {
        public let id: String
        public let type: String
        public let subject: String
        public let sequence: Int64
        public let isPublic: Bool
    }

    public let fleet: Fleet
    public let tenant: String

    public init(_ fleet: Fleet, tenant: String) {
        self.fleet = fleet
        self.tenant = tenant
    }

    /// Status by id of all orders of the tenant. An id is a primary key, so an order cannot be there twice.
    public func orders() async throws -> [String: String] {
        try await fleet.query(
            "SELECT id::text, status FROM oms_order.orders WHERE tenant_id = $1", [.text(tenant)]
        ) { rows in
            var orders: [String: String] = [:]
            for row in rows { orders[try row.text(0)] = try row.text(1) }
            return orders
        }
    }

    /// The event log of the tenant's orders, oldest first.
    public func events(schema: String = "oms_order") async throws -> [LoggedEvent] {
        try await fleet.query(
            """
            SELECT event_id::text, type, subject, sequence, is_public FROM \(schema).events
            WHERE tenant_id = $1 ORDER BY position
            """, [.text(tenant)]
        ) { rows in
            try rows.map {
                LoggedEvent(
                    id: try $0.text(0), type: try $0.text(1), subject: try $0.text(2), sequence: try $0.int64(3),
                    isPublic: try $0.bool(4))
            }
        }
    }

    public func count(_ table: String) async throws -> Int64 {
        try await fleet.query("SELECT count(*) FROM \(table)") { try $0.only().int64(0) }
    }

    /// The order worker's outbox rows whose publication is not confirmed or not noted yet: while orders come in there are
    /// always some.
    public func unpublished() async throws -> Set<Int64> {
        try await fleet.query("SELECT batch_id FROM oms_order.outbox") { rows in
            Set(try rows.map { try $0.int64(0) })
        }
    }

    /// Messages ready in a queue of the broker; 0 when there is no such queue.
    public func messages(in queue: String) async throws -> Int {
        let endpoint = try AMQPEndpoint(url: fleet.broker.url)
        return try await onThread {
            let connection = try AMQPConnection(endpoint, name: "tests audit")
            defer { connection.close() }
            do {
                return try Self.count(queue, connection)
            } catch let error as AMQPError where error.replyCode == 404 {
                return 0
            }
        }
    }

    /// None is also what a queue counts whose leader took too long, so that is asked twice.
    private static func count(_ queue: String, _ connection: AMQPConnection) throws -> Int {
        let count = try connection.counts(ofQueue: queue).messages
        return count > 0 ? count : try connection.counts(ofQueue: queue).messages
    }

    /// What lies in a queue that nobody reads, taken out of it.
    public func drain(_ queue: String) async throws -> [AMQPDelivery] {
        let endpoint = try AMQPEndpoint(url: fleet.broker.url)
        return try await onThread {
            let connection = try AMQPConnection(endpoint, name: "tests audit")
            defer { connection.close() }
            let count = try Self.count(queue, connection)
            guard count > 0 else { return [] }
            try connection.consume(queue, noAck: true)
            var deliveries: [AMQPDelivery] = []
            let deadline = ContinuousClock.now + .seconds(10)
            while deliveries.count < count, ContinuousClock.now < deadline {
                for case .delivery(let delivery) in try connection.receive(wait: .milliseconds(200)) {
                    deliveries.append(delivery)
                }
            }
            return deliveries
        }
    }
}
