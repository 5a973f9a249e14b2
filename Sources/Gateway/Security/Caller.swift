import Contracts

/// Who calls, as a verified token says.
struct Caller: Sendable, Equatable {
    let tenant: String
    let actor: Actor
}
