import AMQP
import Bus
import Contracts
import Foundation

/// The parked queue of one worker. What is taken stays in the queue, unacknowledged, until it is replayed or dropped; the rest
/// goes back to its place at the end. One operator at a time: the queue is consumed alone.
final class ParkedQueue {
    /// What could not be done; printed, and the command ends with an error.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let connection: AMQPConnection
    private let name: String
    private var consumer: String?
    /// Delivered, and neither replayed nor dropped.
    private var open: Set<UInt64> = []
    private static let patience: Duration = .seconds(10)

    init(of worker: WorkerName) throws {
        name = worker.parkedQueue
        connection = try AMQPConnection(
            try AMQPEndpoint(url: try Environment.required("RABBITMQ_URL")), name: "oms parked")
        try connection.confirmSelect()
    }

    /// Waits until what goes back is there: a broker that only hears of the connection's end takes its time, and whoever looks
    /// next would find too few.
    func close() {
        defer { connection.close() }
        guard let consumer else { return }
        do {
            try connection.cancel(consumer)
            _ = try receive(wait: .zero)
            for tag in open.sorted() { try connection.reject(tag, requeue: true) }
            try connection.flush()
            let deadline = ContinuousClock.now + Self.patience
            while try connection.counts(ofQueue: name).messages < open.count, ContinuousClock.now < deadline {
                Thread.sleep(forTimeInterval: 0.005)
            }
        } catch {
            // The broker gives back what a connection had that is lost.
        }
    }

    private func receive(wait: Duration = .seconds(1)) throws -> [AMQPEvent] {
        let events = try connection.receive(wait: wait)
        for case .delivery(let delivery) in events { open.insert(delivery.deliveryTag) }
        return events
    }

    /// The oldest messages, `limit` at most. A worker that has never run has no queue, and so none.
    func take(_ limit: Int) throws -> [ParkedMessage] {
        let count: Int
        do {
            let messages = try connection.counts(ofQueue: name).messages
            // None is also what a queue counts whose leader took too long, so that is asked twice.
            count = min(limit, messages > 0 ? messages : try connection.counts(ofQueue: name).messages)
        } catch let error as AMQPError where error.replyCode == 404 {
            return []
        }
        guard count > 0 else { return [] }
        try connection.prefetch(UInt16(clamping: count))
        consumer = try connection.consume(name, exclusive: true)
        var taken: [ParkedMessage] = []
        let deadline = ContinuousClock.now + Self.patience
        while taken.count < count, ContinuousClock.now < deadline {
            for case .delivery(let delivery) in try receive() {
                taken.append(ParkedMessage(delivery))
            }
        }
        return taken
    }

    /// Sends a message back to the queue it came from; it leaves this one when the broker has confirmed that.
    func replay(_ parked: ParkedMessage) throws {
        guard let copy = parked.replay else {
            throw Failure(description: "\(parked.id) was no readable message: it can only be dropped")
        }
        let sequence = try connection.publish(copy)
        let deadline = ContinuousClock.now + Self.patience
        var outcome: Bool?
        while outcome == nil, ContinuousClock.now < deadline {
            for event in try receive() {
                switch event {
                case .confirmed(let last, _) where last >= sequence: outcome = outcome ?? true
                case .rejected(let last, _) where last >= sequence: outcome = false
                case .returned: outcome = false
                default: break
                }
            }
        }
        guard outcome == true else {
            throw Failure(description: "\(copy.routingKey) did not take \(parked.id); it stays parked")
        }
        try drop(parked)
    }

    func drop(_ parked: ParkedMessage) throws {
        try connection.ack(parked.delivery.deliveryTag)
        try connection.flush()
        open.remove(parked.delivery.deliveryTag)
    }
}
