import Contracts
import Postgres

/// Decides one batch of messages in one transaction with a fixed number of statements: two round trips when nothing
/// was put off before and nothing is repeated, one when nothing has to be loaded either.
///
/// Confined to the worker's thread. Throws what the database throws; then nothing of the batch is stored (or, when the
/// connection broke at the commit, the inbox tells at the next try).
struct BatchProcessor<H: Handler> {
    let handler: H
    let owner: Identifier
    /// How long this process may take to publish what it commits before another may do it.
    static var claim: Duration { .seconds(10) }
    /// How long a call to a provider may take before another process may begin it again.
    static var lease: Duration { .seconds(90) }

    /// Decides and commits a batch.
    ///
    /// - Returns: What is to be done now that it is committed.
    /// - Throws: ``PostgresError`` or ``StaleAggregate``, or what the handler throws.
    func process(
        _ messages: [Message], aside: [Int: Work<H.Key, H.Rules.Command>] = [:], overrides: [Identifier: Problem] = [:],
        on connection: PostgresConnection,
        effectCapacity: Int, confirmed: [Int64], refused: Set<Int64> = [], assumesNew: Bool = false
    ) throws -> BatchResult<H> {
        try begin(
            messages, aside: aside, overrides: overrides, on: connection, effectCapacity: effectCapacity,
            confirmed: confirmed, refused: refused, assumesNew: assumesNew
        ).finish()
    }

    /// Decides a batch. One that depends on nothing in the database is sent without awaiting its commit, behind what is
    /// under way already; any other one is committed when this returns.
    ///
    /// - Parameters:
    ///   - messages: In order of arrival.
    ///   - aside: What those of them that have waited were read as, by index (``BatchResult/aside``).
    ///   - overrides: Messages that are refused with this problem, whatever the rules say: what a constraint of the
    ///     database told at the try before.
    ///   - connection: Open, with no transaction under way but those that `earlier` finishes.
    ///   - effectCapacity: How many effects this process can begin at once.
    ///   - confirmed: Outbox rows whose content the broker has confirmed; they are deleted on the way.
    ///   - refused: Outbox rows of this process that the broker did not take.
    ///   - assumesNew: Spares the look at the inbox where nothing else is to be loaded. If a message was handled before
    ///     after all, the inbox's key says so at the commit, as a conflict: then call again without.
    ///   - earlier: Finishes the batches under way. Called before anything is awaited from the connection.
    /// - Returns: The batch, to be finished.
    /// - Throws: ``PostgresError`` or ``StaleAggregate``, or what the handler throws; nothing of the batch is stored.
    func begin(
        _ messages: [Message], aside: [Int: Work<H.Key, H.Rules.Command>] = [:], overrides: [Identifier: Problem] = [:],
        on connection: PostgresConnection,
        effectCapacity: Int, confirmed: [Int64], refused: Set<Int64> = [], assumesNew: Bool = false,
        earlier: () -> Void = {}
    ) throws -> BatchUnderWay<H> {
        func idle() -> PostgresConnection {
            earlier()
            return connection
        }
        let before = connection.statementCount
        var batch = Batch<H>(messages, at: .now, assumesNew: assumesNew)
        var commit: (run: PipelineRun, outcome: Batch<H>.Outcome)?
        batch.takeIn(handler, aside, overrides)
        do {
            try batch.prepare(handler) { try idle().run($0) }
            if batch.needsTransaction || !confirmed.isEmpty {
                try batch.load(handler, owner: owner, refused: refused, on: idle)
                batch.decide(handler)
                try batch.render(handler, on: idle)
                let outcome = batch.outcome(
                    handler, owner: owner, effectCapacity: effectCapacity, confirmed: confirmed)
                Failpoint.hit("before-commit")
                if batch.isIndependent(outcome) {
                    commit = (try connection.send(transaction: outcome.statements), outcome)
                } else {
                    try batch.commit(outcome, handler, on: idle())
                }
            }
        } catch {
            try? connection.rollBackIfNeeded()
            throw error
        }
        return BatchUnderWay(
            batch: batch, handler: handler, connection: connection, statements: connection.statementCount - before,
            commit: commit)
    }
}

/// An aggregate was changed by someone else although it was locked, or a command answered that was still running when it
/// was looked up: tried again like any conflict.
struct StaleAggregate: Error {}
