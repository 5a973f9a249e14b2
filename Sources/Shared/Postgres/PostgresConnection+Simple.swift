import CLibPQ

extension PostgresConnection {
    /// Runs SQL text of one or several statements without parameters, as migrations and `CREATE DATABASE` need; in
    /// the simple protocol, outside pipeline mode. Several statements form one implicit transaction unless the text
    /// says BEGIN or COMMIT. Not for `COPY`.
    ///
    /// - Returns: The command tag of each statement. Rows are dropped.
    /// - Throws: ``PostgresError``: the first error, with the index of its statement within the text. An open
    ///   transaction is then `.failed`.
    @discardableResult
    public func simple(_ sql: String) throws(PostgresError) -> [String] {
        guard !sql.utf8.contains(0) else { throw PostgresError(.misuse, "a zero byte in the SQL") }
        try awaitAnswers()
        try checkAlive()
        let handle = try open()
        let wasIdle = transactionStatus == .idle
        guard PQexitPipelineMode(handle) == 1 else { throw violated("libpq can't leave pipeline mode") }
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        var tags: [String] = []
        var failure: PostgresError?
        do throws(PostgresError) {
            try receive(&tags, &failure)
        } catch {
            if let failure { throw failure }
            var error = error
            // Whether the text commits by itself can't be seen; outside a transaction its end does.
            error.statement = tags.count
            error.commitUnknown = wasIdle
            throw error
        }
        guard PQenterPipelineMode(handle) == 1 else { throw violated("libpq refused pipeline mode") }
        if let failure { throw failure }
        return tags
    }

    private func receive(_ tags: inout [String], _ failure: inout PostgresError?) throws(PostgresError) {
        var unsent = true
        while let result = try nextResult(&unsent) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                tags.append(PQcmdStatus(result).map { String(cString: $0) } ?? "")
            case PGRES_FATAL_ERROR, PGRES_NONFATAL_ERROR, PGRES_BAD_RESPONSE:
                let (report, message) = PostgresError.Report.read(result)
                guard !report.sqlState.isEmpty else { throw lost() }
                var error = PostgresError(.server(report), message)
                error.statement = tags.count
                if report.isFatal {
                    close()
                    throw error
                }
                failure = failure ?? error
            case let status:
                throw violated("SQL text was answered with \(String(cString: PQresStatus(status))), as COPY is")
            }
        }
        if PQstatus(handle) != CONNECTION_OK { throw lost() }
    }
}
