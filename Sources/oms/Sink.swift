import AMQP
import ArgumentParser
import Foundation
import Synchronization

/// `oms sink`: a subscriber that only counts, as the measurements need one.
///
/// It consumes a durable quorum queue as any other service would, alone (a second consumer would take a share), and
/// prints the number of events taken whenever it has changed. The queue starts empty and goes with its consumer on SIGTERM,
/// else a minute later: what is published meanwhile would fill the broker's memory.
struct Sink: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Counts the events of one type on the bus.", discussion: "The broker is RABBITMQ_URL.",
        shouldDisplay: false)

    @Option(help: "The topic exchange to listen at.")
    var exchange = "oms.events"

    @Option(help: "The routing key to listen for.")
    var key = "order.created"

    /// An acknowledgement covers so many events, or what came until nothing has come for a while.
    private static let enough = 200
    private static let patience: Duration = .milliseconds(5)
    /// How soon it looks whether it is to end.
    private static let glance: Duration = .milliseconds(100)

    func run() throws {
        let broker = try AMQPEndpoint(url: try Environment.required("RABBITMQ_URL"))
        let connection = try AMQPConnection(broker, name: "oms sink")
        let queue = "sink.\(exchange).\(key)"
        try connection.declareQueue(queue, arguments: ["x-queue-type": "quorum", "x-expires": 60_000])
        try connection.purgeQueue(queue)
        try connection.bind(queue: queue, exchange: exchange, routingKey: key)
        try connection.prefetch(1000)
        try connection.consume(queue, exclusive: true)
        let isOver = Mutex(false)
        let termination = Self.onTermination { isOver.withLock { $0 = true } }
        defer { termination.cancel() }
        var count = 0
        var unacknowledged = 0
        var last: UInt64 = 0
        report(count)
        while !isOver.withLock({ $0 }) {
            let events = try connection.receive(wait: unacknowledged > 0 ? Self.patience : Self.glance)
            for case .delivery(let delivery) in events {
                count += 1
                unacknowledged += 1
                last = delivery.deliveryTag
            }
            guard unacknowledged >= (events.isEmpty ? 1 : Self.enough) else { continue }
            try connection.ack(last, multiple: true)
            unacknowledged = 0
            report(count)
        }
        // A queue that goes while events are published to it would end their publisher's channel.
        try connection.unbind(queue: queue, exchange: exchange, routingKey: key)
        try connection.deleteQueue(queue)
        connection.close()
    }

    private static func onTermination(_ action: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        signal(SIGTERM, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        source.setEventHandler(handler: action)
        source.resume()
        return source
    }

    private func report(_ count: Int) {
        FileHandle.standardOutput.write(Data("\(count)\n".utf8))
    }
}
