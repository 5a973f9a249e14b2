import Contracts
import Postgres

/// 6. Second round trip: what a batch has decided is stored.
extension Batch {
    /// Owner of outbox rows that the relay of any process may publish once their turn has come. Later batches of
    /// this very process wait behind them too.
    private static var nobody: Identifier { Identifier(high: 0, low: 0) }

    /// What is to be stored.
    struct Outcome {
        var statements: [Statement] = []
        /// How many rows a statement must touch, by its index.
        var expectedRows: [Int: Int] = [:]
        /// Whether the last statement returns the number of an outbox row.
        var hasOutbox = false
    }

    mutating func outcome(_ handler: H, owner: Identifier, effectCapacity: Int, confirmed: [Int64]) -> Outcome {
        var outcome = Outcome()
        // The inbox comes first: of a message that was handled before, its key has to speak before those of the tables.
        if !entries.isEmpty { outcome.statements.append(RuntimeStatements.record(entries, at: now)) }
        let saves = changedKeys.compactMap { key in
            states[key].map { Changed(key: key, before: before[key], after: $0) }
        }
        for saving in saves.isEmpty ? [] : handler.save(saves) {
            outcome.expectedRows[outcome.statements.count] = saving.expectedRows
            outcome.statements.append(saving.statement)
        }
        if !resolved.isEmpty { outcome.statements.append(RuntimeStatements.resolve(resolved, at: now)) }
        if !joins.isEmpty {
            let newest = Dictionary(joins.map { ($0.id, $0) }) { $1 }
            // One that is answered by now is not joined: the batch is decided anew and finds the answer.
            outcome.expectedRows[outcome.statements.count] = newest.count
            outcome.statements.append(RuntimeStatements.join(Array(newest.values)))
        }
        appendEffects(to: &outcome.statements, capacity: effectCapacity)
        appendTimers(to: &outcome.statements)
        if !confirmed.isEmpty { outcome.statements.append(RuntimeStatements.confirmed(confirmed)) }
        result.mustWait = result.events.contains { unpublishedSubjects.contains($0.subject) }
        outcome.hasOutbox = !result.events.isEmpty || !result.sends.isEmpty
        if outcome.hasOutbox {
            outcome.statements.append(
                RuntimeStatements.append(
                    result.events, sends: result.sends, owner: result.mustWait ? Self.nobody : owner,
                    claimedUntil: result.mustWait ? now : now.adding(BatchProcessor<H>.claim), at: now))
        }
        return outcome
    }

    /// Whether the outcome is a transaction of its own that can be sent without awaiting anything: nothing was loaded,
    /// nothing has to be checked before the commit, and no call to a provider hangs on when it is committed.
    func isIndependent(_ outcome: Outcome) -> Bool {
        !hasBegun && outcome.expectedRows.isEmpty && effects.isEmpty
    }

    mutating func commit(_ outcome: Outcome, _ handler: H, on connection: PostgresConnection) throws {
        let opening: [Statement] = hasBegun ? [] : [.begin]
        let closing: [Statement] = outcome.expectedRows.isEmpty ? [.commit] : []
        let rows = try connection.pipeline(opening + outcome.statements + closing)
            .dropFirst(opening.count).dropLast(closing.count)
        for (index, expected) in outcome.expectedRows where rows[rows.startIndex + index].affected != expected {
            throw StaleAggregate()
        }
        if closing.isEmpty { _ = try connection.run(.commit) }
        try committed(outcome, handler, rows)
    }

    /// The outcome is stored; `rows` are those of its statements.
    mutating func committed(_ outcome: Outcome, _ handler: H, _ rows: ArraySlice<Rows>) throws {
        if outcome.hasOutbox { result.outboxBatch = try rows.last?.only().int64(0) }
        Failpoint.hit("after-commit")
        for (change, state) in changes { handler.committed(change, state) }
        collectReplies()
    }

    private mutating func appendEffects(to statements: inout [Statement], capacity: Int) {
        guard !effects.isEmpty else { return }
        var left = capacity
        var sending: [Bool] = []
        var due: [Timestamp] = []
        for effect in effects {
            let startsNow = left > 0 && (effect.dueAt ?? now) <= now
            sending.append(startsNow)
            due.append(startsNow ? now.adding(BatchProcessor<H>.lease) : effect.dueAt ?? now)
            if startsNow {
                left -= 1
                var begun = effect
                begun.attempt = 1
                begun.leasedUntil = now.adding(BatchProcessor<H>.lease)
                result.leased.append(begun)
            }
        }
        statements.append(RuntimeStatements.begin(effects, sending: sending, due: due))
    }

    /// The last word on a timer counts; PostgreSQL refuses to touch one row twice in a statement.
    private func appendTimers(to statements: inout [Statement]) {
        var last: [String: TimerChange] = [:]
        for timer in timers { last["\(timer.name)\n\(timer.subject)"] = timer }
        let set = last.values.filter { $0.dueAt != nil }.sorted { $0.subject < $1.subject }
        let cleared = last.values.filter { $0.dueAt == nil }.sorted { $0.subject < $1.subject }
        if !set.isEmpty { statements.append(RuntimeStatements.set(set)) }
        if !cleared.isEmpty { statements.append(RuntimeStatements.clear(cleared)) }
    }

    private mutating func collectReplies() {
        for (index, reply) in replies.sorted(by: { $0.key < $1.key }) { send(reply, to: messages[index]) }
    }
}
