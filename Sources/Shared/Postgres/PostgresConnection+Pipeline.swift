import CLibPQ
import Logging

extension PostgresConnection {
    /// Runs one statement: a pipeline of one.
    ///
    /// - Returns: Its rows, with how many it affected.
    /// - Throws: ``PostgresError``, as ``pipeline(_:)`` does.
    @discardableResult
    public func run(_ statement: Statement) throws(PostgresError) -> Rows {
        let rows = try pipeline([statement])
        guard let first = rows.first else { throw violated("a statement got no answer") }
        return first
    }

    /// Runs statements in order, all in one round trip.
    ///
    /// Outside a transaction the whole pipeline is one implicit transaction: it takes effect as a whole or not at all,
    /// unless it holds BEGIN or COMMIT itself. A transaction may span several pipelines. When one statement fails the
    /// server skips those after it, COMMIT and ROLLBACK too. All of it is held in memory until it is sent, and all of
    /// the answer until the rows are dropped: keep a pipeline to some megabytes.
    ///
    /// - Returns: The rows of each statement.
    /// - Throws: ``PostgresError``: the first error, with the index of its statement. `.server` leaves the connection
    ///   usable and an open transaction `.failed`; after `.connectionLost` the connection is closed, and
    ///   `commitUnknown` tells whether the work may be stored all the same.
    @discardableResult
    public func pipeline(_ statements: [Statement]) throws(PostgresError) -> [Rows] {
        guard !statements.isEmpty else { return [] }
        try awaitAnswers()
        let isImplicit = transactionStatus == .idle && !statements.contains { $0.role == .begin }
        let run = try start(statements, isImplicit: isImplicit)
        onceSent?()
        return try receive(run)
    }

    /// Sends a transaction and does not await it. Further ones may be sent behind it: the server takes them in turn, and
    /// none depends on what becomes of another.
    ///
    /// - Parameter statements: Without BEGIN and COMMIT: it takes effect as a whole or not at all. No transaction may be open.
    /// - Returns: What ``receive(_:)`` wants. Runs are to be received in the order they were sent in.
    /// - Throws: ``PostgresError``; then nothing of it will be stored.
    public func send(transaction statements: [Statement]) throws(PostgresError) -> PipelineRun {
        guard !isInTransaction else { throw PostgresError(.misuse, "a transaction is open") }
        let run = try start(statements, isImplicit: true)
        run.isGone = PQflush(handle) == 0
        return run
    }

    /// Takes what has been answered so far, without waiting.
    ///
    /// - Returns: Whether it is time for ``receive(_:)``: all is answered, something is left to be sent, or the connection
    ///   is lost. Else ``socket`` becomes readable when there is more.
    public func isReady(_ run: PipelineRun) -> Bool {
        guard run.isGone, let handle else { return true }
        do throws(PostgresError) {
            var unsent = false
            while true {
                while run.next != nil, PQisBusy(handle) == 0 { try receiveNext(&unsent) }
                guard run.next != nil, oms_pq_tls_pending(handle) != 0 || readable(socket) else { break }
                if PQconsumeInput(handle) == 0 { throw lost() }
            }
        } catch {
            return true
        }
        return run.next == nil
    }

    /// Awaits what was sent.
    ///
    /// - Returns: The rows of each statement.
    /// - Throws: ``PostgresError``, as ``pipeline(_:)`` does.
    public func receive(_ run: PipelineRun) throws(PostgresError) -> [Rows] {
        do throws(PostgresError) {
            var unsent = true
            while run.next != nil { try receiveNext(&unsent) }
        } catch {
            throw run.attribute(error, connectionLost: !isOpen)
        }
        if let failure = run.failure { throw failure }
        guard run.rows.count == run.statements.count else { throw violated("a statement got no answer") }
        return run.rows
    }

    /// Rolls back if a transaction is open or failed.
    ///
    /// - Throws: ``PostgresError`` `.connectionLost`, after which nothing is left to roll back.
    public func rollBackIfNeeded() throws(PostgresError) {
        try awaitAnswers()
        if isInTransaction { try run(.rollback) }
    }

    /// Runs `body` between BEGIN and COMMIT, and rolls back if it throws.
    ///
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, or ``PostgresError`` of the commit.
    public func transaction<Result>(
        _ body: (PostgresConnection) throws -> Result, opening: Statement = .begin
    ) throws -> Result {
        try run(opening)
        do {
            let result = try body(self)
            try run(.commit)
            return result
        } catch {
            try? rollBackIfNeeded()  // if it fails too the connection is gone, and the transaction with it
            throw error
        }
    }

    private func start(_ statements: [Statement], isImplicit: Bool) throws(PostgresError) -> PipelineRun {
        for (index, statement) in statements.enumerated() where !statement.isSendable {
            var error = PostgresError(.misuse, "more than 65535 parameters, or a zero byte in the SQL")
            error.statement = index
            throw error
        }
        try checkAlive()
        statementCount += statements.count
        let run = PipelineRun(statements: statements, isImplicit: isImplicit)
        underWay.append(run)
        do throws(PostgresError) {
            try send(run)
        } catch {
            throw run.attribute(error, connectionLost: !isOpen)
        }
        return run
    }

    private func send(_ run: PipelineRun) throws(PostgresError) {
        let handle = try open()
        try sendDeallocations(handle, run)
        var queued = 0
        for (index, statement) in run.statements.enumerated() {
            do throws(PostgresError) {
                try encoder.encode(statement.parameters)
            } catch {
                var error = error
                error.statement = index
                close()  // half a pipeline can't be taken back
                throw error
            }
            let key = StatementCache.Key(statement)
            let (name, isNew) = cache.name(for: key)
            let sent = name.withUnsafeBufferPointer { name in
                if isNew {
                    let count = Int32(key.types.count)
                    guard PQsendPrepare(handle, name.baseAddress, statement.sql, count, key.types) == 1 else {
                        return false
                    }
                    run.expected.append(.prepared(key, index))
                }
                run.expected.append(.answer(index))
                return encoder.withParameters { count, values, lengths, formats in
                    PQsendQueryPrepared(handle, name.baseAddress, count, values, lengths, formats, 1) == 1
                }
            }
            guard sent else { throw lost() }
            queued += encoder.byteCount
            if queued > 256 * 1024 {
                queued = 0
                try drain(handle)
            }
        }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        run.expected.append(.sync)
    }

    /// Removes statements the cache gave up, in a pipeline section of its own before the real one.
    private func sendDeallocations(_ handle: OpaquePointer, _ run: PipelineRun) throws(PostgresError) {
        guard transactionStatus == .idle else { return }
        let deallocations = cache.takeDeallocations()
        guard !deallocations.isEmpty else { return }
        for sql in deallocations {
            guard PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, 1) == 1 else { throw lost() }
            run.expected.append(.deallocated)
        }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        run.expected.append(.housekeepingSync)
    }

    /// Takes all that is still due from the server, so that it has nothing under way any more.
    func awaitAnswers() throws(PostgresError) {
        var unsent = true
        while !underWay.isEmpty { try receiveNext(&unsent) }
    }

    /// Lets the server have what is queued before more is added, and takes what it answers meanwhile: libpq moves its
    /// whole queue with every piece it sends, so a long queue costs the square of its length.
    private func drain(_ handle: OpaquePointer) throws(PostgresError) {
        var deadline = options.replyTimeout.map { ContinuousClock.now + $0 }
        while true {
            let flushed = PQflush(handle)
            if flushed < 0 { throw lost() }
            if flushed == 0 { return }
            let outcome = waiter.wait(PQsocket(handle), read: true, write: true, until: deadline)
            guard case .ready(let readable, _) = outcome else { throw silent() }
            deadline = options.replyTimeout.map { ContinuousClock.now + $0 }
            guard readable else { continue }
            if PQconsumeInput(handle) == 0 { throw lost() }
            var unsent = true
            while underWay.first?.next != nil, PQisBusy(handle) == 0 { try receiveNext(&unsent) }
        }
    }

    /// Takes one answer, of the run that is the first to be answered.
    private func receiveNext(_ unsent: inout Bool) throws(PostgresError) {
        guard let run = underWay.first, let expected = run.next else { throw lost() }
        if let result = try nextResult(&unsent) {
            run.emptyAnswers = 0
            try take(result, expected, run)
            if run.isAnswered { underWay.removeFirst() }
        } else {
            // Between the answers of two statements libpq returns nil; for a broken connection it does so for ever.
            run.emptyAnswers += 1
            if PQstatus(handle) != CONNECTION_OK { throw lost() }
            if run.emptyAnswers > 3 { throw violated("libpq has no answer to a statement that was sent") }
        }
    }

    private func take(
        _ result: OpaquePointer, _ expected: PipelineRun.Expected, _ run: PipelineRun
    ) throws(PostgresError) {
        let status = PQresultStatus(result)
        if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY {
            let rows = Rows(owning: result)
            switch expected {
            case .answer(let index): run.answered(index, rows)
            case .prepared, .deallocated: run.advance()
            case .sync, .housekeepingSync: throw violated("more answers than statements")
            }
            return
        }
        defer { PQclear(result) }
        switch status {
        case PGRES_PIPELINE_SYNC:
            guard expected.isSync else { throw violated("fewer answers than statements") }
            run.advance()
        case PGRES_PIPELINE_ABORTED:
            if case .prepared(let key, _) = expected { cache.forget(key) }
            guard !expected.isSync else { return }
            run.advance()
        case PGRES_FATAL_ERROR, PGRES_NONFATAL_ERROR, PGRES_BAD_RESPONSE:
            try takeError(result, expected, run)
        default:
            throw violated("a statement was answered with \(String(cString: PQresStatus(status))), as COPY is")
        }
    }

    private func takeError(
        _ result: OpaquePointer, _ expected: PipelineRun.Expected, _ run: PipelineRun
    ) throws(PostgresError) {
        let (report, message) = PostgresError.Report.read(result)
        guard !report.sqlState.isEmpty else {
            throw PQstatus(handle) == CONNECTION_OK ? violated(message) : lost()
        }
        let error = PostgresError(.server(report), message)
        if report.isFatal {
            close()
            throw error
        }
        if report.sqlState == "26000" || error.isStalePlan { cache.distrust() }
        switch expected {
        case .deallocated:
            logger.debug("deallocating a prepared statement failed: \(message)")
            run.advance()
        case .prepared(let key, let index):
            cache.forget(key)
            run.failed(error, at: index)
            run.advance()
        case .answer(let index):
            run.failed(error, at: index)
            run.advance()
        case .sync, .housekeepingSync:
            // A deferred constraint fails when the sync commits an implicit transaction; the sync itself still comes.
            run.failed(error, at: run.statements.count - 1)
        }
    }

    private func silent() -> PostgresError { lost("no answer within \(options.replyTimeout ?? .zero)") }

    /// The next result, sending meanwhile what libpq could not send before.
    func nextResult(_ unsent: inout Bool) throws(PostgresError) -> OpaquePointer? {
        let handle = try open()
        var deadline = options.replyTimeout.map { ContinuousClock.now + $0 }
        while true {
            if unsent {
                let flushed = PQflush(handle)
                if flushed < 0 { throw lost() }
                unsent = flushed == 1
            }
            // With a full answer at hand, or a broken connection, PQgetResult does not block.
            if PQisBusy(handle) == 0 { return PQgetResult(handle) }
            if oms_pq_tls_pending(handle) == 0 {
                let outcome = waiter.wait(PQsocket(handle), read: true, write: unsent, until: deadline)
                guard case .ready(let readable, _) = outcome else { throw silent() }
                deadline = options.replyTimeout.map { ContinuousClock.now + $0 }
                guard readable else { continue }
            }
            if PQconsumeInput(handle) == 0 { throw lost() }
        }
    }
}

extension Statement {
    /// Within the protocol's limits. A zero byte would silently cut the text off.
    fileprivate var isSendable: Bool { parameters.count <= 65_535 && !sql.utf8.contains(0) }
}

extension PostgresError {
    /// "cached plan must not change result type": a table changed under a prepared statement.
    var isStalePlan: Bool {
        guard case .server(let report) = self.code else { return false }
        return report.sqlState == "0A000" && report.routine == "RevalidateCachedQuery"
    }
}
