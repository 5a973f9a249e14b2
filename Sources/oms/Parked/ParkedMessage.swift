import AMQP
import Bus
import Contracts

/// A message that failed for good, as it lies in the parked queue of a worker.
struct ParkedMessage {
    let delivery: AMQPDelivery
    /// nil when the body is no bundle of one: somebody else put it there.
    let message: Message?

    init(_ delivery: AMQPDelivery) {
        self.delivery = delivery
        message = (try? Bundle.unpackMessages(delivery.body))?.first
    }

    var id: String { delivery.properties.messageID ?? "-" }
    var type: String { delivery.properties.type ?? "-" }
    var tenant: String { header("tenant_id") ?? "-" }
    var firstAt: String { header("x-first-at") ?? "-" }
    var error: String { header("x-last-error") ?? "-" }
    /// The queue it came from and can go back to.
    var origin: String? { header("x-origin") }
    var attempts: Int64 { delivery.properties.headers["x-attempt"]?.integerValue ?? 0 }

    private func header(_ name: String) -> String? { delivery.properties.headers[name]?.stringValue }

    /// The message as it goes back to where it came from, with all its tries before it; nil for what was no readable bundle.
    var replay: AMQPMessage? {
        guard let message, let origin, message.type != "unreadable" else { return nil }
        return message.replayCopy(to: origin)
    }
}
