extension AMQPConnection {
    public enum ExchangeKind: String, Sendable {
        case direct
        case fanout
        case topic
        case headers
    }

    // Declaring what exists with the same properties does nothing. All of these throw ``AMQPError``: `.channelClosed` 406 when it
    // exists with other properties (a changed argument means a new name), 404 when it must exist and does not, 403 without the
    // right, 405 when another connection holds it exclusively.

    public func declareExchange(
        _ name: String, _ kind: ExchangeKind, durable: Bool = true, autoDelete: Bool = false, isInternal: Bool = false,
        arguments: AMQPHeaders = [:]
    ) throws {
        try call(Method.exchangeDeclare, answer: Method.exchangeDeclareOk) {
            $0.put(UInt16(0))
            try $0.putShort(name)
            try $0.putShort(kind.rawValue)
            $0.putFlags(false, durable, autoDelete, isInternal)
            try $0.putTable(arguments)
        }
    }

    public func deleteExchange(_ name: String) throws {
        try call(Method.exchangeDelete, answer: Method.exchangeDeleteOk) {
            $0.put(UInt16(0))
            try $0.putShort(name)
            $0.putFlags()
        }
    }

    /// - Returns: The queue's name; the broker's choice when `name` is empty.
    @discardableResult
    public func declareQueue(
        _ name: String, durable: Bool = true, exclusive: Bool = false, autoDelete: Bool = false,
        arguments: AMQPHeaders = [:]
    ) throws -> String {
        try call(Method.queueDeclare, answer: Method.queueDeclareOk) {
            $0.put(UInt16(0))
            try $0.putShort(name)
            $0.putFlags(false, durable, exclusive, autoDelete)
            try $0.putTable(arguments)
        }.name
    }

    /// Messages ready (those delivered and not acknowledged do not count) and consumers of an existing queue.
    public func counts(ofQueue name: String) throws -> (messages: Int, consumers: Int) {
        let answer = try call(Method.queueDeclare, answer: Method.queueDeclareOk) {
            $0.put(UInt16(0))
            try $0.putShort(name)
            $0.putFlags(true)
            try $0.putTable([:])
        }
        return (answer.messages, answer.consumers)
    }

    /// - Returns: How many messages went with it.
    @discardableResult public func deleteQueue(_ name: String) throws -> Int {
        try call(Method.queueDelete, answer: Method.queueDeleteOk) {
            $0.put(UInt16(0))
            try $0.putShort(name)
            $0.putFlags()
        }.messages
    }

    /// Drops what is ready; what is delivered and not acknowledged stays.
    ///
    /// - Returns: How many messages that were.
    @discardableResult public func purgeQueue(_ name: String) throws -> Int {
        try call(Method.queuePurge, answer: Method.queuePurgeOk) {
            $0.put(UInt16(0))
            try $0.putShort(name)
            $0.putFlags()
        }.messages
    }

    public func bind(queue: String, exchange: String, routingKey: String, arguments: AMQPHeaders = [:]) throws {
        try call(Method.queueBind, answer: Method.queueBindOk) {
            $0.put(UInt16(0))
            try $0.putShort(queue)
            try $0.putShort(exchange)
            try $0.putShort(routingKey)
            $0.putFlags()
            try $0.putTable(arguments)
        }
    }

    public func unbind(queue: String, exchange: String, routingKey: String, arguments: AMQPHeaders = [:]) throws {
        try call(Method.queueUnbind, answer: Method.queueUnbindOk) {
            $0.put(UInt16(0))
            try $0.putShort(queue)
            try $0.putShort(exchange)
            try $0.putShort(routingKey)
            try $0.putTable(arguments)
        }
    }
}

extension FrameBuffer {
    /// Packs flags into one byte, the first in the lowest bit.
    mutating func putFlags(_ flags: Bool...) {
        var byte: UInt8 = 0
        for (index, flag) in flags.enumerated() where flag { byte |= 1 << index }
        put(byte)
    }
}
