import AMQP
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Reads one durable queue of its own on the public stream, on a thread of its own, and connects again for ever. The
/// broker's absence is told by ``isReady`` and nothing else: the HTTP side does not depend on it.
final class BusListener: Service, Sendable {
    struct Settings: Sendable {
        let endpoint: AMQPEndpoint
        /// Of the connection and the thread.
        let name: String
        let queue: String
        /// Patterns bound from ``exchange``.
        let patterns: [String]
    }

    /// The public stream. Declared with the fleet's own arguments, so that either side may start first.
    static let exchange = "oms.events"
    private static let unrouted = "oms.events.unrouted"

    private static let confirmLimit: Duration = .seconds(5)

    private struct State {
        var isListening = true
        var isStopping = false
        var isConnected = false
        var outbox: [AMQPMessage] = []
        var hasEnded: CheckedContinuation<Void, Never>?
        var isOver = false
    }

    private let settings: Settings
    private let handle: @Sendable (AMQPDelivery) -> AMQPMessage?
    private let logger: Logger
    private let wake: WakeSignal
    private let state = Mutex(State())

    /// Makes the reader; ``run()`` starts it. `handle` takes one message in and returns the answer to publish, if there is
    /// one. It is called again with a message whose answer was not confirmed, and must then return the same answer.
    ///
    /// - Throws: ``AMQPError`` when the process has no file descriptor left.
    init(
        _ settings: Settings, isListening: Bool, logger: Logger,
        handle: @escaping @Sendable (AMQPDelivery) -> AMQPMessage?
    ) throws {
        self.settings = settings
        self.logger = logger
        self.handle = handle
        wake = try WakeSignal()
        state.withLock { $0.isListening = isListening }
    }

    /// Whether the queue is bound and, unless listening is switched off, being read.
    var isReady: Bool { state.withLock { $0.isConnected || !$0.isListening } }

    /// Whether messages are taken from the queue. While off they gather there; off from the start, there is no queue.
    var isListening: Bool {
        get { state.withLock { $0.isListening } }
        set {
            state.withLock { $0.isListening = newValue }
            wake.signal()
        }
    }

    /// Publishes a message soon, as soon as the broker is there.
    func publish(_ message: AMQPMessage) {
        state.withLock { $0.outbox.append(message) }
        wake.signal()
    }

    func run() async throws {
        let thread = Thread { [self] in
            work()
            state.withLock { state in
                state.isOver = true
                state.hasEnded?.resume()
                state.hasEnded = nil
            }
        }
        thread.name = settings.name
        thread.start()
        try? await gracefulShutdown()
        state.withLock { $0.isStopping = true }
        wake.signal()
        await withCheckedContinuation { continuation in
            state.withLock { state in
                if state.isOver { continuation.resume() } else { state.hasEnded = continuation }
            }
        }
    }

    // MARK: On the thread

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func work() {
        var pause: Duration = .milliseconds(200)
        var isKnown = false
        while !isListening, !isStopping { wake.wait(.seconds(60)) }
        while !isStopping {
            do {
                let connection = try AMQPConnection(settings.endpoint, name: settings.name)
                try declare(connection)
                pause = .milliseconds(200)
                isKnown = false
                state.withLock { $0.isConnected = true }
                logger.info("listening", metadata: ["queue": "\(settings.queue)"])
                try listen(connection)
                connection.close()
            } catch {
                // One line for an outage, not one for each try.
                if !isKnown { logger.warning("no broker", metadata: ["error": "\(error)"]) }
                isKnown = true
            }
            state.withLock { $0.isConnected = false }
            if !isStopping { wake.wait(pause) }
            pause = min(pause * 2, .seconds(2))
        }
    }

    private func declare(_ connection: AMQPConnection) throws {
        try connection.declareExchange(
            Self.exchange, .topic, arguments: ["alternate-exchange": .string(Self.unrouted)])
        try connection.declareQueue(settings.queue, arguments: ["x-queue-type": .string("quorum")])
        for pattern in settings.patterns {
            try connection.bind(queue: settings.queue, exchange: Self.exchange, routingKey: pattern)
        }
        try connection.prefetch(200)
        try connection.confirmSelect()
    }

    private func listen(_ connection: AMQPConnection) throws {
        var consumer: String?
        var waiting: [AMQPDelivery] = []
        while !isStopping {
            if isListening, consumer == nil {
                consumer = try connection.consume(settings.queue)
            } else if !isListening, let tag = consumer {
                try connection.cancel(tag)
                consumer = nil
            }
            try publishOutbox(connection, &waiting)
            if waiting.isEmpty { waiting = try deliveries(connection, wait: .seconds(3)) }
            try take(&waiting, connection)
        }
        try connection.flush()
    }

    /// Handles what has arrived. It is acknowledged once its answers are safe with the broker.
    private func take(_ waiting: inout [AMQPDelivery], _ connection: AMQPConnection) throws {
        guard let last = waiting.last else { return }
        let answers = waiting.compactMap(handle)
        waiting = []
        try publish(answers, connection, &waiting)
        try connection.ack(last.deliveryTag, multiple: true)
    }

    private func publishOutbox(_ connection: AMQPConnection, _ waiting: inout [AMQPDelivery]) throws {
        let messages = state.withLock { $0.outbox }
        try publish(messages, connection, &waiting)
        state.withLock { $0.outbox.removeFirst(messages.count) }
    }

    /// Publishes and waits for all confirms; deliveries that arrive meanwhile are kept.
    private func publish(
        _ messages: [AMQPMessage], _ connection: AMQPConnection, _ waiting: inout [AMQPDelivery]
    ) throws {
        var open: Set<UInt64> = []
        for message in messages { open.insert(try connection.publish(message)) }
        let start = ContinuousClock.now
        while !open.isEmpty {
            guard ContinuousClock.now - start < Self.confirmLimit else { throw AMQPError(.timeout, "no confirm") }
            for event in try connection.receive(wait: .seconds(1)) {
                switch event {
                case .confirmed(let sequence, let multiple):
                    if multiple { open = open.filter { $0 > sequence } } else { open.remove(sequence) }
                case .rejected: throw AMQPError(.timeout, "a queue refused the answer")
                default: try keep(event, &waiting)
                }
            }
        }
    }

    private func deliveries(_ connection: AMQPConnection, wait: Duration) throws -> [AMQPDelivery] {
        var deliveries: [AMQPDelivery] = []
        for event in try connection.receive(wait: wait, wake: wake) { try keep(event, &deliveries) }
        return deliveries
    }

    private func keep(_ event: AMQPEvent, _ deliveries: inout [AMQPDelivery]) throws {
        switch event {
        case .delivery(let delivery): deliveries.append(delivery)
        case .consumerCancelled: throw AMQPError(.connectionLost, "the queue is gone")
        case .confirmed, .rejected, .returned, .blocked, .unblocked: break
        }
    }
}
