/// What travels between the gateway and the workers: a command, a query, or an event that the fleet listens to.
///
/// The body is JSON in the wire names of the contract. It is passed on as bytes; only the worker that owns the rules
/// decodes it.
public struct Message: Sendable, Equatable {
    /// Where an answer goes: a reply queue of the broker, and the number the asker knows the question by.
    public struct ReplyAddress: Sendable, Hashable {
        /// The broker's name for "to whoever asked": it is replaced by a real address on the way.
        public static let direct = "amq.rabbitmq.reply-to"

        public let queue: String
        public let token: UInt64

        public init(queue: String, token: UInt64) {
            self.queue = queue
            self.token = token
        }
    }

    /// What the client asked for about repeats of its request.
    public struct Repeat: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The client sent an Idempotency-Key: a second request with the same id is compared and answered again.
        public static let keyed = Repeat(rawValue: 1)
        /// The client waits (`Prefer: wait`): it joins a first request that still runs.
        public static let joins = Repeat(rawValue: 2)
    }

    /// Names the message for ever; the key of de-duplication. Of a change it is the operation's id.
    public var id: Identifier
    /// What it is: `order.create`. Chooses the decider.
    public var type: String
    public var tenant: String
    public var actor: Actor
    public var body: [UInt8]
    public var replyTo: ReplyAddress?
    /// Id of the call that began the chain; in problems and logs.
    public var requestID: String
    /// Path of the request, for `instance` of a problem; empty inside the fleet.
    public var path: String
    /// Path and query parameters and preconditions by name.
    public var parameters: [String: String]
    public var repeats: Repeat
    public var traceparent: String?
    /// The message that caused this one.
    public var causationID: Identifier?
    /// Of an event, its aggregate.
    public var subject: String
    /// Of an event, the version of its aggregate after it.
    public var sequence: Int64
    public var sentAt: Timestamp
    /// After this instant nobody waits for the answer of a query.
    public var deadline: Timestamp?
    /// How often it was tried before.
    public var attempt: Int

    public init(
        id: Identifier, type: String, tenant: String, actor: Actor = .system, body: [UInt8] = [],
        replyTo: ReplyAddress? = nil, requestID: String = "", path: String = "", parameters: [String: String] = [:],
        repeats: Repeat = [], traceparent: String? = nil, causationID: Identifier? = nil, subject: String = "",
        sequence: Int64 = 0, sentAt: Timestamp = .now, deadline: Timestamp? = nil, attempt: Int = 0
    ) {
        self.id = id
        self.type = type
        self.tenant = tenant
        self.actor = actor
        self.body = body
        self.replyTo = replyTo
        self.requestID = requestID
        self.path = path
        self.parameters = parameters
        self.repeats = repeats
        self.traceparent = traceparent
        self.causationID = causationID
        self.subject = subject
        self.sequence = sequence
        self.sentAt = sentAt
        self.deadline = deadline
        self.attempt = attempt
    }

    /// The resource that the path names; nil when it names none, or with what is no id.
    public var pathID: Identifier? { parameters["id"].flatMap { Identifier($0) } }
}
