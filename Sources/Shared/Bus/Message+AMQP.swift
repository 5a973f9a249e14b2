import AMQP
import Contracts

/// How messages look at the broker.
extension Message {
    /// Bundles of commands to `oms.commands`, grouped by type, in order within a type.
    public static func commandBundles(_ messages: [Message]) -> [AMQPMessage] {
        bundles(messages, exchange: FleetExchange.commands, mandatory: true)
    }

    /// Bundles of changes to `oms.requests`. They need not survive the broker: whoever sent them waits for the answer, and
    /// sends them as commands when none comes.
    public static func requestBundles(_ messages: [Message]) -> [AMQPMessage] {
        bundles(messages, exchange: FleetExchange.requests, mandatory: true, deliveryMode: AMQPProperties.transient)
    }

    /// Bundles of queries to `oms.queries`. They are worthless after a while and need not survive the broker.
    public static func queryBundles(_ messages: [Message]) -> [AMQPMessage] {
        bundles(messages, exchange: FleetExchange.queries, mandatory: true, deliveryMode: AMQPProperties.transient)
    }

    /// Bundles of events to `oms.fleet`. A type that no worker listens to goes nowhere.
    public static func fleetBundles(_ messages: [Message]) -> [AMQPMessage] {
        bundles(messages, exchange: FleetExchange.fleet, mandatory: false)
    }

    private static func bundles(
        _ messages: [Message], exchange: String, mandatory: Bool, deliveryMode: UInt8 = AMQPProperties.persistent
    ) -> [AMQPMessage] {
        var types: [String] = []
        for message in messages where !types.contains(message.type) { types.append(message.type) }
        let asksDirectly = messages.contains { $0.replyTo?.queue == ReplyAddress.direct }
        let properties = AMQPProperties(
            contentType: Bundle.messages, deliveryMode: deliveryMode, replyTo: asksDirectly ? ReplyAddress.direct : nil)
        return types.flatMap { type in
            Bundle.pack(types.count == 1 ? messages : messages.filter { $0.type == type }).map {
                AMQPMessage(
                    exchange: exchange, routingKey: type, mandatory: mandatory, properties: properties, body: $0)
            }
        }
    }

    /// A copy of one message that waits on the retry ladder and then comes back to `queue`.
    public func retryCopy(at step: RetryStep, backTo queue: String, reason: String) -> AMQPMessage {
        var copy = self
        copy.attempt += 1
        return copy.single(exchange: step.exchange, routingKey: queue, origin: queue, reason: reason)
    }

    /// A copy for the parked queue, with reason and history.
    public func parkedCopy(in parked: String, from queue: String, reason: String) -> AMQPMessage {
        single(exchange: "", routingKey: parked, origin: queue, reason: reason)
    }

    /// A copy for the solo queue, where a suspect is tried alone.
    public func soloCopy(in solo: String, from queue: String) -> AMQPMessage {
        single(exchange: "", routingKey: solo, origin: queue, reason: "delivered three times without an answer")
    }

    /// A copy that begins anew in the queue it once came from: what was parked, at an operator's word.
    public func replayCopy(to queue: String) -> AMQPMessage {
        var copy = self
        copy.attempt = 0
        return copy.single(exchange: "", routingKey: queue, origin: queue, reason: "replayed")
    }

    private func single(exchange: String, routingKey: String, origin: String, reason: String) -> AMQPMessage {
        let headers: AMQPHeaders = [
            "x-attempt": .int64(Int64(attempt)), "x-first-at": .string(sentAt.description),
            "x-last-error": .string(reason.limited(to: 500)), "x-origin": .string(origin),
            "tenant_id": .string(tenant),
        ]
        return AMQPMessage(
            exchange: exchange, routingKey: routingKey, mandatory: exchange.isEmpty,
            properties: AMQPProperties(
                contentType: Bundle.messages, headers: headers, deliveryMode: AMQPProperties.persistent,
                messageID: id.description, type: type),
            body: Bundle.pack([self])[0])
    }

    /// Reads a delivery. The broker writes the true address of a direct reply into the property of the bundle; the
    /// messages within are given it here.
    ///
    /// A delivery is a bundle of the fleet, or one plain message of an outside service (events.md
    /// section 4).
    /// `defaultTenant` is the tenant of an outside message that names none. Throws ``BundleFormatError`` for a broken
    /// bundle.
    public static func read(_ delivery: AMQPDelivery, defaultTenant: String) throws -> [Message] {
        if delivery.properties.contentType == Bundle.messages {
            var messages = try Bundle.unpackMessages(delivery.body)
            guard let queue = delivery.properties.replyTo else { return messages }
            for index in messages.indices {
                guard let address = messages[index].replyTo, address.queue == ReplyAddress.direct else { continue }
                messages[index].replyTo = ReplyAddress(queue: queue, token: address.token)
            }
            return messages
        }
        let properties = delivery.properties
        let type = properties.type ?? properties.headers["cloudEvents:type"]?.stringValue ?? delivery.routingKey
        let tenant = properties.headers["tenant_id"]?.stringValue ?? defaultTenant
        let given = properties.messageID ?? properties.headers["cloudEvents:id"]?.stringValue
        let id =
            given.map { Identifier.derived(from: "outside", tenant, type, $0) }
            ?? Identifier.derived(from: "outside", tenant, type, String(decoding: delivery.body, as: UTF8.self))
        return [
            Message(
                id: id, type: type, tenant: tenant, body: delivery.body, requestID: properties.correlationID ?? "",
                traceparent: properties.headers["traceparent"]?.stringValue,
                sentAt: properties.timestamp.map { Timestamp(milliseconds: $0 * 1000) } ?? .now)
        ]
    }
}

extension AddressedReply {
    /// Bundles of replies to direct reply-to queues, grouped by queue. Nobody listening drops them silently: the truth
    /// is the stored result. Only reply queues of the broker are served, so that no asker can aim at another queue.
    public static func bundles(_ replies: [(queue: String, reply: AddressedReply)]) -> [AMQPMessage] {
        var byQueue: [String: [AddressedReply]] = [:]
        for (queue, reply) in replies where queue.hasPrefix("amq.rabbitmq.reply-to.") {
            byQueue[queue, default: []].append(reply)
        }
        let properties = AMQPProperties(contentType: Bundle.replies, deliveryMode: AMQPProperties.transient)
        return byQueue.flatMap { queue, replies in
            Bundle.pack(replies).map {
                AMQPMessage(exchange: "", routingKey: queue, mandatory: false, properties: properties, body: $0)
            }
        }
    }
}
