import AMQP
import Logging
import Synchronization
import TestSupport
import Testing

/// A queue name no other test has.
func uniqueName(_ what: String) -> String { "\(what)-\(UInt64.random(in: .min ... .max))" }

func quietLogger() -> Logger {
    Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}

extension AMQPConnection {
    /// Receives until `count` events have come that `pick` wants, or ten seconds are over.
    func collect<Picked>(_ count: Int, _ pick: (AMQPEvent) -> Picked?) throws -> [Picked] {
        var picked: [Picked] = []
        let deadline = ContinuousClock.now + .seconds(10)
        while picked.count < count, ContinuousClock.now < deadline {
            picked += try receive(wait: .seconds(1)).compactMap(pick)
        }
        return picked
    }

    /// Waits until all messages with these sequence numbers are confirmed.
    func awaitConfirms(_ numbers: ClosedRange<UInt64>) throws {
        var open = Set(numbers)
        while !open.isEmpty {
            let events = try receive(wait: .seconds(10))
            try #require(!events.isEmpty)
            for case .confirmed(let sequence, let multiple) in events {
                open = open.filter { multiple ? $0 > sequence : $0 != sequence }
            }
        }
    }

    func deliveries(_ count: Int) throws -> [AMQPDelivery] {
        try collect(count) { if case .delivery(let delivery) = $0 { delivery } else { nil } }
    }
}

/// The code of the ``AMQPError`` that `body` throws.
func failure(_ body: () throws -> Void) -> AMQPError? {
    do { try body() } catch { return error as? AMQPError }
    return nil
}

/// Receives for at most ten seconds, until the connection fails.
func failureWhileReceiving(_ connection: AMQPConnection) -> AMQPError? {
    failure { _ = try connection.collect(.max) { _ in () as Void? } }
}

/// A queue-backed message with a body that names it.
func message(_ queue: String, _ number: Int, mandatory: Bool = true) -> AMQPMessage {
    AMQPMessage(
        exchange: "", routingKey: queue, mandatory: mandatory,
        properties: AMQPProperties(deliveryMode: AMQPProperties.persistent, messageID: "\(number)"),
        body: Array("\(number)".utf8))
}

extension AMQPDelivery {
    var number: Int? { Int(String(decoding: body, as: UTF8.self)) }
}

/// Collects values from other threads.
final class Box<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>

    init(_ value: Value) { storage = Mutex(value) }

    var value: Value { storage.withLock { $0 } }
    func change(_ body: (inout Value) -> Void) { storage.withLock { body(&$0) } }
}
