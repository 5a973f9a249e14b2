extension AMQPConnection {
    // MARK: Publishing

    /// Asks the broker to confirm each message published from now on.
    public func confirmSelect() throws {
        try call(Method.confirmSelect, answer: Method.confirmSelectOk) { $0.putFlags() }
        confirms = true
    }

    /// Adds a message to what is sent next.
    ///
    /// An exchange that does not exist or a body over the broker's limit (`max_message_size`) closes the channel: `.channelClosed`
    /// then comes from a later ``receive(wait:wake:other:)``.
    ///
    /// - Returns: Its sequence number, which the broker's confirm will carry: 1 for the first after ``confirmSelect()``; 0 without.
    /// - Throws: ``AMQPError``: `.blocked` (hold it until `.unblocked`), `.invalid` (that message only), or the connection is dead.
    @discardableResult public func publish(_ message: AMQPMessage) throws -> UInt64 {
        try throwIfUnusable()
        try outgoing.putPublish(message, frameMax: frameMax)
        if confirms { lastSequence += 1 }
        try flushIfLarge()
        return lastSequence
    }

    // MARK: Consuming

    /// Lets the broker send at most so many unacknowledged messages to each consumer started afterwards. A queue of 3.10 may
    /// exceed it a little after a delivery limit was hit.
    public func prefetch(_ count: UInt16) throws {
        try call(Method.basicQos, answer: Method.basicQosOk) {
            $0.put(UInt32(0))
            $0.put(count)
            $0.putFlags(false)  // quorum queues refuse the limit shared by all consumers of the channel
        }
    }

    /// Starts a consumer.
    ///
    /// Use each tag once on a connection: starting again under the tag of a cancelled consumer while deliveries are under way makes
    /// the broker (before 3.10.9) close the channel.
    ///
    /// - Parameters:
    ///   - queue: Queue to read from.
    ///   - tag: Name of the consumer in its deliveries; empty lets the broker choose.
    ///   - noAck: Deliveries count as acknowledged when sent.
    ///   - exclusive: No other consumer may be there; 403 if there is.
    ///   - arguments: Of the consumer, such as `x-priority`.
    /// - Returns: The tag.
    /// - Throws: ``AMQPError``; the connection is dead unless it is `.invalid` or `.blocked`.
    @discardableResult
    public func consume(
        _ queue: String, tag: String = "", noAck: Bool = false, exclusive: Bool = false, arguments: AMQPHeaders = [:]
    ) throws -> String {
        try call(Method.basicConsume, answer: Method.basicConsumeOk) {
            $0.put(UInt16(0))
            try $0.putShort(queue)
            try $0.putShort(tag)
            $0.putFlags(false, noAck, exclusive)
            try $0.putTable(arguments)
        }.name
    }

    /// Stops a consumer. Deliveries that were under way are still returned by the next ``receive(wait:wake:other:)``; acknowledge or
    /// give them back.
    public func cancel(_ tag: String) throws {
        try call(Method.basicCancel, answer: Method.basicCancelOk) {
            try $0.putShort(tag)
            $0.putFlags()
        }
    }

    /// Acknowledges a delivery of this connection; leaves with the next ``receive(wait:wake:other:)`` or ``flush(within:)``.
    ///
    /// - Parameters:
    ///   - deliveryTag: As delivered. One that is unknown or used up closes the channel with 406.
    ///   - multiple: All open deliveries up to this one. Only when all of those are settled.
    /// - Throws: ``AMQPError``: the connection is dead, and what it delivered comes again.
    public func ack(_ deliveryTag: UInt64, multiple: Bool = false) throws {
        try settle(Method.basicAck, deliveryTag, multiple)
    }

    /// Refuses a delivery: back to the queue, or to its dead-letter exchange. Leaves with the next ``receive(wait:wake:other:)``.
    public func reject(_ deliveryTag: UInt64, requeue: Bool) throws {
        try settle(Method.basicReject, deliveryTag, requeue)
    }

    /// Works while the connection is blocked too: the frame waits until the broker reads again.
    private func settle(_ method: UInt32, _ deliveryTag: UInt64, _ flag: Bool) throws {
        try throwIfDead()
        let frame = outgoing.beginMethod(method)
        outgoing.put(deliveryTag)
        outgoing.putFlags(flag)
        outgoing.endFrame(frame)
        try flushIfLarge()
    }
}
