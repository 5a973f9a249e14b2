/// A pipeline that was sent: which answers are due, and what came of them.
public final class PipelineRun {
    enum Expected {
        case prepared(StatementCache.Key, Int)
        case answer(Int)
        case sync
        case deallocated
        /// Ends the section of `DEALLOCATE` before the real statements.
        case housekeepingSync

        var isSync: Bool {
            switch self {
            case .sync, .housekeepingSync: true
            case .prepared, .answer, .deallocated: false
            }
        }
    }

    let statements: [Statement]
    /// Outside a transaction: the sync commits.
    let isImplicit: Bool
    var expected: [Expected] = []
    /// Whether the kernel has taken all of it.
    var isGone = false
    /// How often libpq has returned nothing in a row.
    var emptyAnswers = 0
    private(set) var rows: [Rows] = []
    private(set) var failure: PostgresError?
    private var position = 0

    init(statements: [Statement], isImplicit: Bool) {
        self.statements = statements
        self.isImplicit = isImplicit
        expected.reserveCapacity(statements.count + 4)
        rows.reserveCapacity(statements.count)
    }

    /// The answer that is due next; nil when all have come.
    var next: Expected? { position < expected.count ? expected[position] : nil }

    /// Whether all of it was sent and answered.
    var isAnswered: Bool {
        if position == expected.count, case .sync? = expected.last { true } else { false }
    }

    func advance() { position += 1 }

    func answered(_ index: Int, _ rows: Rows) {
        advance()
        self.rows.append(rows)
        if statements[index].role == .commit, rows.commandTag != "COMMIT" {
            failed(PostgresError(.rolledBack, "COMMIT was answered with \(rows.commandTag)"), at: index)
        }
    }

    /// Notes the first error; those after it only follow from it.
    func failed(_ error: PostgresError, at index: Int) {
        guard failure == nil else { return }
        failure = error
        failure?.statement = index
    }

    /// Completes an error that ended the run. If statements failed before, that is the better news: what followed
    /// did not happen.
    func attribute(_ error: PostgresError, connectionLost: Bool = false) -> PostgresError {
        if let failure { return failure }
        var error = error
        if error.statement == nil { error.statement = current }
        if case .misuse = error.code {
            // Found half-way: what was sent before had no sync, but a COMMIT among it needs none.
            error.commitUnknown = statements.prefix(error.statement ?? 0).contains { $0.role == .commit }
        } else if connectionLost {
            error.commitUnknown = mayHaveCommitted(error)
        }
        return error
    }

    /// The statement whose answer is awaited.
    private var current: Int? {
        switch next {
        case .prepared(_, let index), .answer(let index): index
        case .sync: statements.count - 1
        case .deallocated, .housekeepingSync, nil: nil
        }
    }

    private func mayHaveCommitted(_ error: PostgresError) -> Bool {
        let unanswered = statements[rows.count...]
        guard case .server = error.code else {
            // Nothing was heard of the rest: the server may have done all of it.
            return unanswered.contains { $0.role == .commit } || isImplicit
        }
        // The server said at which statement it stopped; only a commit under way is in doubt.
        if let first = unanswered.first { return first.role == .commit }
        return isImplicit
    }
}
