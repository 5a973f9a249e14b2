import Contracts

/// Who calls, as a verified token says.
struct Caller: Sendable, Hashable {
    let tenant: String
    let actor: Actor
}
