/// A fact about an aggregate, as the event log stores it and, when it is public, as other services see it.
public struct Event: Sendable, Equatable {
    public let id: Identifier
    /// Event type and routing key: `order.confirmed`.
    public let type: String
    public let tenant: String
    /// Id of the aggregate, or the promo code.
    public let subject: String
    /// Version of the aggregate after the event.
    public let sequence: Int64
    public let time: Timestamp
    public let actor: Actor
    /// What the bus carries (events.md). Frozen in the transaction that made the change.
    public let body: [UInt8]
    /// Whether it is published. Other facts stay in the log, for the timeline and for folding.
    public let isPublic: Bool
    public let requestID: String
    public let causationID: Identifier?
    public let traceparent: String?

    public init(
        id: Identifier, type: String, tenant: String, subject: String, sequence: Int64, time: Timestamp, actor: Actor,
        body: [UInt8], isPublic: Bool = true, requestID: String = "", causationID: Identifier? = nil,
        traceparent: String? = nil
    ) {
        self.id = id
        self.type = type
        self.tenant = tenant
        self.subject = subject
        self.sequence = sequence
        self.time = time
        self.actor = actor
        self.body = body
        self.isPublic = isPublic
        self.requestID = requestID
        self.causationID = causationID
        self.traceparent = traceparent
    }

    /// The event as the workers of the fleet receive it.
    public var message: Message {
        Message(
            id: id, type: type, tenant: tenant, actor: actor, body: body, requestID: requestID,
            traceparent: traceparent,
            causationID: causationID, subject: subject, sequence: sequence, sentAt: time)
    }
}
