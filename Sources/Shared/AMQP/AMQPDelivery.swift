/// A message handed to a consumer.
package struct AMQPDelivery: Sendable, Hashable {
    package let consumerTag: String
    /// Names the delivery on this connection only; useless, and harmful to acknowledge, on the next one.
    package let deliveryTag: UInt64
    package let redelivered: Bool
    package let exchange: String
    package let routingKey: String
    package let properties: AMQPProperties
    package let body: [UInt8]

    package init(
        consumerTag: String, deliveryTag: UInt64, redelivered: Bool, exchange: String, routingKey: String,
        properties: AMQPProperties, body: [UInt8]
    ) {
        self.consumerTag = consumerTag
        self.deliveryTag = deliveryTag
        self.redelivered = redelivered
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
    }

    /// How often a quorum queue has delivered it before; 0 on first delivery and for other queues. When a consumer dies this grows
    /// for every message it held, not just for the one that killed it.
    package var deliveryCount: Int {
        Int(clamping: properties.headers["x-delivery-count"]?.integerValue ?? 0)
    }
}
