/// The properties of a message. `nil` means absent on the wire. Texts hold at most 255 bytes each.
package struct AMQPProperties: Sendable, Hashable {
    package var contentType: String?
    package var contentEncoding: String?
    package var headers: AMQPHeaders
    /// 2 is persistent, 1 transient.
    package var deliveryMode: UInt8?
    package var priority: UInt8?
    package var correlationID: String?
    package var replyTo: String?
    /// Milliseconds, as decimal text.
    package var expiration: String?
    package var messageID: String?
    /// Seconds since 1970.
    package var timestamp: Int64?
    package var type: String?
    /// Checked by the broker: must be the user of the connection.
    package var userID: String?
    package var appID: String?

    package init(
        contentType: String? = nil, contentEncoding: String? = nil, headers: AMQPHeaders = [:],
        deliveryMode: UInt8? = nil, priority: UInt8? = nil, correlationID: String? = nil, replyTo: String? = nil,
        expiration: String? = nil, messageID: String? = nil, timestamp: Int64? = nil, type: String? = nil,
        userID: String? = nil, appID: String? = nil
    ) {
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.headers = headers
        self.deliveryMode = deliveryMode
        self.priority = priority
        self.correlationID = correlationID
        self.replyTo = replyTo
        self.expiration = expiration
        self.messageID = messageID
        self.timestamp = timestamp
        self.type = type
        self.userID = userID
        self.appID = appID
    }

    /// Stored by the broker before it is confirmed; survives a restart on a durable queue.
    package static let persistent: UInt8 = 2
    /// Gone with the broker.
    package static let transient: UInt8 = 1
}
