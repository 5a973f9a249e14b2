/// A message handed to a consumer.
public struct AMQPDelivery: Sendable, Hashable {
    public let consumerTag: String
    /// Names the delivery on this connection only; useless, and harmful to acknowledge, on the next one.
    public let deliveryTag: UInt64
    public let redelivered: Bool
    public let exchange: String
    public let routingKey: String
    public let properties: AMQPProperties
    public let body: [UInt8]

    public init(
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
    public var deliveryCount: Int {
        Int(clamping: properties.headers["x-delivery-count"]?.integerValue ?? 0)
    }
}
