import Bus
import Contracts

/// When a message that could not be handled now is tried again, and when it is given up.
enum RetryLadder {
    /// The waiting time before the next try; nil when it was tried often enough.
    static func step(for message: Message) -> RetryStep? { RetryStep.after(attempts: message.attempt) }

    static func isExhausted(_ message: Message) -> Bool { step(for: message) == nil }
}
