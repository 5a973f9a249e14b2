import Contracts

/// What follows from a command: changes, an answer, and what is to be done elsewhere. All of it is committed together.
public struct Decision<Change: Sendable>: Sendable {
    public var changes: [Change]
    public var answer: Answer
    /// Messages to other workers.
    public var sends: [Message]
    public var effects: [Effect]
    public var timers: [TimerChange]
    /// Answers of commands that were put off earlier (``Answer/later``), by their message id.
    public var resolutions: [(Identifier, Answer)]

    /// An answer to the asker.
    public enum Answer: Sendable, Equatable {
        /// Nobody asked, or there is nothing to say.
        case none
        /// The aggregate as it stands after the changes, rendered by the worker with this status.
        case resource(status: Int)
        /// A ready reply.
        case reply(Reply)
        /// A refusal; stored, so that a repeated request is refused alike.
        case refusal(Problem)
        /// The outcome is not known yet; a later decision gives it through ``Decision/resolutions``.
        case later
        /// It cannot be decided yet (an event came before what it speaks of): the message climbs the retry ladder and is
        /// parked after the last step. There must be no changes.
        case tryAgain(reason: String)
        /// Another worker answers: the message goes on to it as it is now, and nothing is stored here.
        case forward(Message)
    }

    public init(
        _ changes: [Change] = [], answer: Answer = .none, sends: [Message] = [], effects: [Effect] = [],
        timers: [TimerChange] = [], resolutions: [(Identifier, Answer)] = []
    ) {
        self.changes = changes
        self.answer = answer
        self.sends = sends
        self.effects = effects
        self.timers = timers
        self.resolutions = resolutions
    }

    public static func accept(_ changes: [Change], answer: Answer = .none) -> Decision {
        Decision(changes, answer: answer)
    }
    public static func refuse(_ problem: Problem) -> Decision { Decision(answer: .refusal(problem)) }
    /// Handled already, or of no concern: nothing changes.
    public static var ignore: Decision { Decision() }
}

/// A call to a provider, to be made outside any transaction.
///
/// Its result comes back as a message of type `effect.<kind>` whose subject is ``subject`` and whose body is what the
/// ``EffectHandler`` returned.
public struct Effect: Sendable, Equatable {
    /// The idempotency key: never changes while the outcome is unknown.
    public let id: Identifier
    public let kind: String
    /// Leads the result back to its aggregate; what the worker's own ``Intake`` understands.
    public let subject: String
    public let tenant: String
    /// What the handler needs, as JSON. No secrets.
    public let body: [UInt8]
    /// Not before this instant; nil is at once.
    public let dueAt: Timestamp?
    /// How often the call was begun, this time included. 0 before the first.
    public var attempt = 0
    /// Until when this process may make the call.
    public var leasedUntil: Timestamp?
    public var requestID = ""
    public var traceparent: String?

    public init(
        id: Identifier, kind: String, subject: String, tenant: String, body: [UInt8], dueAt: Timestamp? = nil
    ) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.tenant = tenant
        self.body = body
        self.dueAt = dueAt
    }
}

/// Sets or clears a durable timer of an aggregate. When it is due, a message of type `timer.<name>` with the timer's
/// subject is decided like any other; the timer is gone then.
public struct TimerChange: Sendable, Equatable {
    public let name: String
    public let subject: String
    public let tenant: String
    /// nil clears the timer.
    public let dueAt: Timestamp?

    public static func set(_ name: String, subject: String, tenant: String, at dueAt: Timestamp) -> TimerChange {
        TimerChange(name: name, subject: subject, tenant: tenant, dueAt: dueAt)
    }

    public static func clear(_ name: String, subject: String, tenant: String) -> TimerChange {
        TimerChange(name: name, subject: subject, tenant: tenant, dueAt: nil)
    }
}
