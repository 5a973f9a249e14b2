import Contracts
import Postgres

/// What a worker's author writes around the ``Decider``: how messages are read, how aggregates are loaded and saved,
/// and how changes and answers look outside. The runtime does the rest for a whole batch: de-duplication, one
/// transaction with a fixed number of statements, events, replies, effects, timers, retries and parking.
public protocol Handler: Sendable {
    associatedtype Rules: Decider
    /// What is locked. Locks are taken in this order.
    associatedtype Key: Hashable & Comparable & Sendable

    var rules: Rules { get }

    // MARK: Reading messages

    /// Reads one message: no I/O. Faults of a client's body are a refusal; a throw parks the message.
    func intake(_ message: Message) throws -> Intake<Key, Rules.Command>

    /// Reads that decisions need from elsewhere, for the whole batch in one go, before the transaction begins.
    /// Runs on the worker's own thread: what other services have to be asked is asked in the background, and the
    /// message waits aside meanwhile (``Preparation/waiting``). The default does nothing.
    ///
    /// - Returns: One verdict for each work, in order.
    func prepare(_ batch: [Work<Key, Rules.Command>], _ read: (Statement) throws -> Rows) throws
        -> [Preparation<Key, Rules.Command>]

    // MARK: Loading and saving

    /// Statements that lock and load the aggregates of the batch, in key order (`ORDER BY … FOR NO KEY UPDATE`).
    /// A fixed number of statements whatever the batch size; none when nothing has to be loaded: such batches are not
    /// awaited one by one, see ``save(_:)``.
    func load(_ batch: [Work<Key, Rules.Command>]) -> [Statement]

    /// The aggregates found, from the rows of ``load(_:)`` in the order of its statements.
    func states(_ rows: [Rows], _ batch: [Work<Key, Rules.Command>]) throws -> [Key: Rules.State]

    /// Statements that save what changed; a fixed number whatever the batch size. A statement that must touch exactly
    /// as many rows as there are aggregates says so (``Statement``s are checked through ``Saving/expectedRows``), and
    /// its batch is awaited.
    func save(_ changed: [Changed<Key, Rules.State>]) -> [Saving]

    /// Aggregates whose own due time has come, found through an index of theirs (an unpaid order that expires, say):
    /// rows of `subject text, tenant text, name text`. Each becomes a message `timer.<name>`; several processes may see
    /// the same row, so the decision tests the time again. nil: there are none. Otherwise timers are rows
    /// of the runtime (``TimerChange``).
    func due(at now: Timestamp, limit: Int) -> Statement?

    /// A broken unique or check constraint that is a business answer. nil: the message is a poison.
    func refusal(forConstraint name: String, _ work: Work<Key, Rules.Command>) -> Problem?

    // MARK: Showing

    /// The events that tell a change. `sequence` and `subject` come from the state after it.
    func events(for change: Rules.Change, _ state: Rules.State, _ context: DecisionContext) -> [Event]

    /// Told once for each change when it is committed: for counting. The default does nothing.
    func committed(_ change: Rules.Change, _ state: Rules.State)

    /// The answer ``Decision/Answer/resource(status:)``: the aggregate as the actor of the message sees it.
    func reply(status: Int, _ state: Rules.State, to message: Message) -> Reply
}

extension Handler {
    public func prepare(_ batch: [Work<Key, Rules.Command>], _ read: (Statement) throws -> Rows) throws
        -> [Preparation<Key, Rules.Command>]
    {
        batch.map { .ready($0.command) }
    }

    public func due(at now: Timestamp, limit: Int) -> Statement? { nil }

    public func refusal(forConstraint name: String, _ work: Work<Key, Rules.Command>) -> Problem? { nil }

    public func committed(_ change: Rules.Change, _ state: Rules.State) {}
}

/// What a message turned out to be.
public enum Intake<Key: Sendable, Command: Sendable>: Sendable {
    case command(Key, Command)
    /// The client's fault: refused without looking at any aggregate.
    case refusal(Problem)
    /// Nothing that this worker cares about.
    case ignored
}

/// A message with the command that it carries.
public struct Work<Key: Hashable & Comparable & Sendable, Command: Sendable>: Sendable {
    public let message: Message
    public let key: Key
    public var command: Command

    public init(message: Message, key: Key, command: Command) {
        self.message = message
        self.key = key
        self.command = command
    }
}

/// What ``Handler/prepare(_:_:)`` says of one work. Rare cases lie in boxes, so that a list of the common one stays small.
public enum Preparation<Key: Sendable, Command: Sendable>: Sendable {
    /// Go on with this command.
    case ready(Command)
    /// Go on with this command on another aggregate: the key was not known before.
    case found(Key, Command)
    indirect case refused(Problem)
    /// Something was asked for in the background: the message is prepared anew when ``Recall`` says so, or after a
    /// second.
    case waiting
    /// Not now: the message climbs the retry ladder. After its last step it is refused with the problem when there
    /// is one, else parked.
    indirect case retry(reason: String, atLast: Problem?)
}

/// An aggregate as it was and as it is now.
public struct Changed<Key: Sendable, State: Sendable>: Sendable {
    public let key: Key
    /// nil when it did not exist.
    public let before: State?
    public let after: State
}

/// A statement of ``Handler/save(_:)``.
public struct Saving: Sendable {
    public let statement: Statement
    /// How many rows it must touch; another number is a conflict and the batch is tried again. nil: any.
    public let expectedRows: Int?

    public init(_ statement: Statement, expectedRows: Int? = nil) {
        self.statement = statement
        self.expectedRows = expectedRows
    }
}
