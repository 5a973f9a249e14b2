/// A message to publish, or one the broker gave back.
public struct AMQPMessage: Sendable, Hashable {
    /// The empty name is the default exchange, whose routing key is a queue name.
    public var exchange: String
    public var routingKey: String
    /// Come back as `.returned` when no queue takes it, instead of vanishing. Leave it off for an answer to a direct reply address:
    /// that is no queue, so the broker would return every one.
    public var mandatory: Bool
    public var properties: AMQPProperties
    public var body: [UInt8]

    public init(
        exchange: String, routingKey: String, mandatory: Bool = false, properties: AMQPProperties = AMQPProperties(),
        body: [UInt8]
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
        self.properties = properties
        self.body = body
    }
}
