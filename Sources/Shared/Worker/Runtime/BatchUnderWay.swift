import Postgres

/// A batch that is decided, and whose commit may still be awaited.
final class BatchUnderWay<H: Handler> {
    private var batch: Batch<H>
    private let handler: H
    private let connection: PostgresConnection
    /// How many statements it took.
    let statements: Int
    /// nil when nothing is left to be awaited.
    private var commit: (run: PipelineRun, outcome: Batch<H>.Outcome)?

    /// - Parameters:
    ///   - batch: Decided.
    ///   - handler: Is told what was committed.
    ///   - connection: What it was sent on.
    ///   - statements: How many it took.
    ///   - commit: What was sent; nil when it is committed already, or nothing is.
    init(
        batch: Batch<H>, handler: H, connection: PostgresConnection, statements: Int,
        commit: (run: PipelineRun, outcome: Batch<H>.Outcome)? = nil
    ) {
        self.batch = batch
        self.handler = handler
        self.connection = connection
        self.statements = statements
        self.commit = commit
    }

    var isCommitted: Bool { commit == nil }

    /// Whether it is time for ``finish()``; else the connection's socket becomes readable when there is news.
    var isReady: Bool { commit.map { connection.isReady($0.run) } ?? true }

    /// Awaits the commit, once. Batches are to be finished in the order they were begun in.
    ///
    /// - Returns: What is to be done now that it is committed.
    /// - Throws: ``PostgresError``; then nothing of the batch is stored (or, when the connection broke at the commit, the
    ///   inbox tells at the next try).
    func finish() throws -> BatchResult<H> {
        guard let commit else { return batch.result }
        let rows = try connection.receive(commit.run)
        self.commit = nil
        try batch.committed(commit.outcome, handler, rows[...])
        return batch.result
    }
}
