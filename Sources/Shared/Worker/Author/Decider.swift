import Contracts

/// The rules of one kind of aggregate: pure functions, values in and values out. No clock, no I/O, no randomness but
/// what the context carries.
///
/// `Command` is everything that can happen to the aggregate: commands of people, events of other workers, timers that
/// came due and results of effects. `Change` is what then became true.
public protocol Decider: Sendable {
    associatedtype Command: Sendable
    associatedtype State: Sendable
    associatedtype Change: Sendable

    /// What follows from a command. `state` is the aggregate as it stands, nil when it does not exist.
    func decide(_ command: Command, _ state: State?, _ context: DecisionContext) -> Decision<Change>

    /// Applies one change. Must not fail: a change is a fact.
    func evolve(_ state: State?, _ change: Change, _ context: DecisionContext) -> State
}

/// What a decision may know beside the command and the state.
public struct DecisionContext: Sendable {
    /// The message that is decided.
    public let message: Message
    /// The instant of the decision; all that one decision makes bears this time.
    public let now: Timestamp

    public init(message: Message, now: Timestamp) {
        self.message = message
        self.now = now
    }

    public var actor: Actor { message.actor }
    public var tenant: String { message.tenant }

    /// A new id of this instant.
    public func newID() -> Identifier { Identifier.new(at: now) }

    /// An id that follows from the message and a purpose: the same in every repetition, for effects and messages.
    public func derivedID(_ purpose: String) -> Identifier {
        Identifier.derived(from: message.id.description, purpose)
    }
}
