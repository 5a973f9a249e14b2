import CRabbitMQ

/// A delivery or returned message whose frames are still coming in. Holds copies only.
struct IncomingContent {
    private enum Kind {
        case delivery(consumerTag: String, deliveryTag: UInt64, redelivered: Bool)
        case returned(code: UInt16, text: String)
    }

    /// A size announced by the broker is believed for so many bytes; beyond, memory is taken as bytes arrive.
    private static let trustedSize = 1 << 20

    private let kind: Kind
    private let exchange: String
    private let routingKey: String
    private var properties: AMQPProperties?
    private var size: UInt64 = 0
    private var body: [UInt8] = []

    init(_ deliver: amqp_basic_deliver_t) {
        kind = .delivery(
            consumerTag: String(deliver.consumer_tag), deliveryTag: deliver.delivery_tag,
            redelivered: deliver.redelivered != 0)
        exchange = String(deliver.exchange)
        routingKey = String(deliver.routing_key)
    }

    init(_ returned: amqp_basic_return_t) {
        kind = .returned(code: returned.reply_code, text: String(returned.reply_text))
        exchange = String(returned.exchange)
        routingKey = String(returned.routing_key)
    }

    /// - Returns: Whether a header was due.
    mutating func begin(_ properties: AMQPProperties, size: UInt64) -> Bool {
        guard self.properties == nil else { return false }
        self.properties = properties
        self.size = size
        return true
    }

    /// - Returns: Whether a body was due, and not longer than announced.
    mutating func append(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard properties != nil, UInt64(body.count + piece.count) <= size else { return false }
        if body.isEmpty { body.reserveCapacity(min(Int(clamping: size), max(Self.trustedSize, piece.count))) }
        body.append(contentsOf: piece)
        return true
    }

    /// The whole, once all of it is here.
    var event: AMQPEvent? {
        guard let properties, UInt64(body.count) == size else { return nil }
        switch kind {
        case .delivery(let consumerTag, let deliveryTag, let redelivered):
            return .delivery(
                AMQPDelivery(
                    consumerTag: consumerTag, deliveryTag: deliveryTag, redelivered: redelivered, exchange: exchange,
                    routingKey: routingKey, properties: properties, body: body))
        case .returned(let code, let text):
            let message = AMQPMessage(
                exchange: exchange, routingKey: routingKey, mandatory: true, properties: properties, body: body)
            return .returned(message, code: code, text: text)
        }
    }
}
