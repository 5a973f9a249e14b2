import AMQP
import Bus
import Synchronization
import TestSupport

/// What the test worker has parked. Messages are taken out of the queue once and remembered for all tests.
enum Parked {
    struct Entry: Sendable {
        let reason: String
        let origin: String
        let body: [UInt8]
    }

    private static let known = Mutex<[String: Entry]>([:])

    static func ids(_ bench: WorkerBench.Value) async throws -> Set<String> { Set(try await all(bench).keys) }

    /// By message id.
    static func all(_ bench: WorkerBench.Value) async throws -> [String: Entry] {
        let endpoint = bench.broker
        try await onThread {
            let connection = try AMQPConnection(endpoint, name: "tests parked")
            defer { connection.close() }
            try connection.consume(WorkerBench.worker.parkedQueue, tag: "parked")
            var last: UInt64?
            let deadline = ContinuousClock.now + .milliseconds(300)
            while ContinuousClock.now < deadline {
                for case .delivery(let delivery) in try connection.receive(wait: .milliseconds(50)) {
                    last = delivery.deliveryTag
                    let entry = Entry(
                        reason: delivery.properties.headers["x-last-error"]?.stringValue ?? "",
                        origin: delivery.properties.headers["x-origin"]?.stringValue ?? "", body: delivery.body)
                    known.withLock { $0[delivery.properties.messageID ?? ""] = entry }
                }
            }
            if let last {
                try connection.ack(last, multiple: true)
                try connection.flush()
            }
        }
        return known.withLock { $0 }
    }
}
