/// A message to publish, or one the broker gave back.
package struct AMQPMessage: Sendable, Hashable {
    /// The empty name is the default exchange, whose routing key is a queue name.
    package var exchange: String
    package var routingKey: String
    /// Come back as `.returned` when no queue takes it, instead of vanishing. Leave it off for an answer to a direct reply address:
    /// that is no queue, so the broker would return every one.
    package var mandatory: Bool
    package var properties: AMQPProperties
    package var body: [UInt8]

    package init(
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
