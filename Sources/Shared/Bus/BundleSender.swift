package import AMQP
package import Contracts
import Synchronization

/// Sends messages with natural batching: what gathers for one type while the last bundle of that type is on its way
/// travels as the next bundle. There is no timer, so an idle system adds no latency.
package final class BundleSender: Sendable {
    package typealias Completion = @Sendable (AMQPPublishOutcome) -> Void

    private struct Lane {
        var waiting: [(Message, Completion)] = []
        var inFlight = 0
    }

    /// How many bundles of one type may wait for their confirm before the next gathers.
    private static let window = 1

    private let link: AMQPLink
    private let pack: @Sendable ([Message]) -> [AMQPMessage]
    private let lanes = Mutex<[String: Lane]>([:])

    /// `pack` is ``Message/commandBundles(_:)`` or ``Message/queryBundles(_:)``.
    package init(link: AMQPLink, pack: @escaping @Sendable ([Message]) -> [AMQPMessage]) {
        self.link = link
        self.pack = pack
    }

    /// `completion` is called once, on the link's thread, with what became of the bundle that carried the message.
    package func send(_ message: Message, completion: @escaping Completion) {
        let ready = lanes.withLock { lanes -> [(Message, Completion)] in
            lanes[message.type, default: Lane()].waiting.append((message, completion))
            return Self.take(&lanes, message.type)
        }
        publish(ready, type: message.type)
    }

    /// Everything that waits, when the lane is free.
    private static func take(_ lanes: inout [String: Lane], _ type: String) -> [(Message, Completion)] {
        guard var lane = lanes[type], lane.inFlight < window, !lane.waiting.isEmpty else { return [] }
        let ready = lane.waiting
        lane.waiting = []
        lane.inFlight += 1
        lanes[type] = lane
        return ready
    }

    private func publish(_ entries: [(Message, Completion)], type: String) {
        guard !entries.isEmpty else { return }
        let bundles = pack(entries.map(\.0))
        // Bundles keep the order of the entries and hold at most countLimit of them, but may be cut earlier by bytes:
        // the outcome of an entry is the worst of all bundles, which is right and simple.
        link.submit(bundles) { [self] outcomes in
            let outcome = outcomes.first { $0 != .confirmed } ?? .confirmed
            for (_, completion) in entries { completion(outcome) }
            let ready = lanes.withLock { lanes -> [(Message, Completion)] in
                lanes[type]?.inFlight -= 1
                return Self.take(&lanes, type)
            }
            publish(ready, type: type)
        }
    }
}
