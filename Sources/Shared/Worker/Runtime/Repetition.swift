import Contracts

/// What a message that was handled before is answered.
enum Repetition: Equatable {
    case answer(Reply)
    /// The first request still runs: the answer goes to this one too.
    case join
    /// The broker delivered it again, or nobody waits.
    case nothing

    /// - Parameters:
    ///   - message: The repetition.
    ///   - fingerprint: Of the message that was handled.
    ///   - token: Number its asker knew the question by; the same in a redelivery by the broker.
    ///   - stored: Its answer; nil when it has none (yet).
    ///   - hasCompleted: Whether an answer can still come.
    init(of message: Message, fingerprint: UInt64, token: UInt64, stored: Reply?, hasCompleted: Bool) {
        guard let address = message.replyTo else {
            self = .nothing
            return
        }
        let isClientRepeat = address.token != token
        if isClientRepeat, message.repeats.contains(.keyed), message.fingerprint != fingerprint {
            let problem = Problem(
                .idempotencyKeyReused, "This Idempotency-Key was used for another request.",
                errors: [
                    FieldError(
                        parameter: "Idempotency-Key", code: ProblemCode.idempotencyKeyReused.rawValue,
                        detail: "Was used with another path or body.")
                ])
            self = .answer(problem.reply(to: message))
        } else if var reply = stored {
            if isClientRepeat { reply.headers["Idempotent-Replayed"] = "true" }
            self = .answer(reply)
        } else if hasCompleted {
            self = .nothing
        } else if !isClientRepeat || message.repeats.contains(.joins) {
            self = .join
        } else {
            let problem = Problem(
                .idempotencyInFlight, "The first call with this key has not finished.", retryAfter: 1)
            self = .answer(problem.reply(to: message))
        }
    }
}
