import AMQP

/// What every public event carries, wherever its sender put it.
extension AMQPDelivery {
    var eventType: String {
        properties.type ?? properties.headers["cloudEvents:type"]?.stringValue ?? routingKey
    }

    /// The de-duplication key; an event without any cannot be told from others and gets its delivery's own.
    var eventID: String {
        properties.messageID ?? properties.headers["cloudEvents:id"]?.stringValue ?? "delivery-\(deliveryTag)"
    }

    var tenantID: String { properties.headers["tenant_id"]?.stringValue ?? "default" }
}
