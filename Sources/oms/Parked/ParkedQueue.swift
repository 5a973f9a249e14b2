import AMQP
import Bus
import Contracts

/// The parked queue of one worker. What is taken stays in the queue, unacknowledged, until it is replayed or dropped; the rest
/// goes back to its place when the connection ends. One operator at a time: the queue is consumed alone.
struct ParkedQueue {
    /// What could not be done; printed, and the command ends with an error.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let connection: AMQPConnection
    private let name: String
    private static let patience: Duration = .seconds(10)

    init(of worker: WorkerName) throws {
        name = worker.parkedQueue
        connection = try AMQPConnection(
            try AMQPEndpoint(url: try Environment.required("RABBITMQ_URL")), name: "oms parked")
        try connection.confirmSelect()
    }

    func close() { connection.close() }

    /// The oldest messages, `limit` at most. A worker that has never run has no queue, and so none.
    func take(_ limit: Int) throws -> [ParkedMessage] {
        let count: Int
        do {
            count = min(limit, try connection.counts(ofQueue: name).messages)
        } catch let error as AMQPError where error.replyCode == 404 {
            return []
        }
        guard count > 0 else { return [] }
        try connection.prefetch(UInt16(clamping: count))
        try connection.consume(name, exclusive: true)
        var taken: [ParkedMessage] = []
        let deadline = ContinuousClock.now + Self.patience
        while taken.count < count, ContinuousClock.now < deadline {
            for case .delivery(let delivery) in try connection.receive(wait: .seconds(1)) {
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
            for event in try connection.receive(wait: .seconds(1)) {
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
    }
}
