import AMQP
import Contracts
import Logging

/// Notification on the bus: reads all public events and keeps them.
enum NotificationListener {
    static let queue = "sandbox.notification"

    static func make(_ endpoint: AMQPEndpoint, events: EventLog, clock: SandboxClock, logger: Logger) throws
        -> BusListener
    {
        try BusListener(
            BusListener.Settings(endpoint: endpoint, name: queue, queue: queue, patterns: ["#"]), isListening: true,
            logger: logger
        ) { delivery in
            let headers = delivery.properties.headers
            events.add(
                EventLog.Entry(
                    messageID: delivery.eventID, type: delivery.eventType,
                    subject: headers["cloudEvents:subject"]?.stringValue ?? "", tenantID: delivery.tenantID,
                    sequence: headers["sequence"]?.integerValue,
                    time: headers["cloudEvents:time"]?.stringValue
                        ?? (delivery.properties.timestamp.map { Timestamp(milliseconds: $0 * 1000) } ?? clock.now())
                        .description,
                    body: delivery.body))
            return nil
        }
    }
}
