package import Contracts

/// What follows from a command: changes, an answer, and what is to be done elsewhere. All of it is committed together.
package struct Decision<Change: Sendable>: Sendable {
    package var changes: [Change]
    package var answer: Answer
    /// Messages to other workers.
    package var sends: [Message]
    package var effects: [Effect]
    package var timers: [TimerChange]
    /// Answers of commands that were put off earlier (``Answer/later``), by their message id.
    package var resolutions: [(Identifier, Answer)]

    /// An answer to the asker.
    package enum Answer: Sendable, Equatable {
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

    package init(
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

    package static func accept(_ changes: [Change], answer: Answer = .none) -> Decision {
        Decision(changes, answer: answer)
    }
    package static func refuse(_ problem: Problem) -> Decision { Decision(answer: .refusal(problem)) }
    /// Handled already, or of no concern: nothing changes.
    package static var ignore: Decision { Decision() }
}

/// A call to a provider, to be made outside any transaction.
///
/// Its result comes back as a message of type `effect.<kind>` whose subject is ``subject`` and whose body is what the
/// ``EffectHandler`` returned.
package struct Effect: Sendable, Equatable {
    /// The idempotency key: never changes while the outcome is unknown.
    package let id: Identifier
    package let kind: String
    /// Leads the result back to its aggregate; what the worker's own ``Intake`` understands.
    package let subject: String
    package let tenant: String
    /// What the handler needs, as JSON. No secrets.
    package let body: [UInt8]
    /// Not before this instant; nil is at once.
    package let dueAt: Timestamp?
    /// How often the call was begun, this time included. 0 before the first.
    package var attempt = 0
    package var requestID = ""
    package var traceparent: String?

    package init(
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
package struct TimerChange: Sendable, Equatable {
    package let name: String
    package let subject: String
    package let tenant: String
    /// nil clears the timer.
    package let dueAt: Timestamp?

    package static func set(_ name: String, subject: String, tenant: String, at dueAt: Timestamp) -> TimerChange {
        TimerChange(name: name, subject: subject, tenant: tenant, dueAt: dueAt)
    }

    package static func clear(_ name: String, subject: String, tenant: String) -> TimerChange {
        TimerChange(name: name, subject: subject, tenant: tenant, dueAt: nil)
    }
}
