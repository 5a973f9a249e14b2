import AMQP
import Contracts
import Logging

/// Core on the bus: reads what moves stock, answers with `stock.*`.
enum CoreListener {
    static let queue = "sandbox.core"

    static func make(_ endpoint: AMQPEndpoint, stock: Stock, clock: SandboxClock, isListening: Bool, logger: Logger)
        throws
        -> BusListener
    {
        try BusListener(
            BusListener.Settings(
                endpoint: endpoint, name: queue, queue: queue, patterns: StockEvent.Kind.allCases.map(\.rawValue)),
            isListening: isListening, logger: logger
        ) { delivery in
            guard let kind = StockEvent.Kind(rawValue: delivery.eventType) else { return nil }
            do {
                let event = try StockEvent(
                    kind, messageID: delivery.eventID, tenantID: delivery.tenantID,
                    body: try JSONParser.parse(delivery.body))
                return stock.handle(event).map { message($0, at: clock.now()) }
            } catch {
                logger.warning(
                    "event not understood",
                    metadata: ["type": "\(kind.rawValue)", "id": "\(delivery.eventID)", "error": "\(error)"])
                return nil
            }
        }
    }

    /// The event as Core sends it.
    static func message(_ answer: StockAnswer, at time: Timestamp) -> AMQPMessage {
        let type = answer.kind.rawValue
        return AMQPMessage(
            exchange: BusListener.exchange, routingKey: type,
            properties: AMQPProperties(
                contentType: "application/json", contentEncoding: "utf-8",
                headers: ["tenant_id": .string(answer.tenantID)], deliveryMode: AMQPProperties.persistent,
                messageID: answer.messageID, timestamp: time.milliseconds / 1000, type: type, appID: "sandbox-core"),
            body: answer.body)
    }
}
