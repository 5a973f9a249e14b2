extension PostgresError {
    /// What the caller does about an error.
    public enum Classification: String, Sendable, CaseIterable {
        /// Another transaction was in the way. Roll back and run the same work again, with a little random delay.
        case conflict
        /// The database can't work now. Pause, reconnect with backoff; it is nobody's fault, so count no attempt.
        case databaseAway
        /// The values don't fit the schema. Find the guilty message by running the batch one by one; a known unique
        /// constraint is a business answer.
        case data
        /// Stopped by the statement timeout. Try again in smaller pieces, then treat as `data`.
        case cancelled
        /// The connection ended while committing. Neither repeat blindly nor report failure: reconnect and look (the
        /// inbox row tells), or let redelivery do it.
        case commitUnknown
        /// Wrong SQL, missing table or right, misuse of this module. Repeating is pointless; report it.
        case bug
    }

    /// The class of this error, by its SQLSTATE (PostgreSQL's manual, appendix A).
    public var classification: Classification {
        if commitUnknown { return .commitUnknown }
        switch code {
        case .connectFailed, .connectionLost, .protocolViolation: return .databaseAway
        case .rolledBack: return .conflict
        case .misuse, .badColumn, .badURL: return .bug
        case .server(let report): return Self.classify(report)
        }
    }

    private static func classify(_ report: Report) -> Classification {
        let state = report.sqlState
        switch state {
        case "57014": return .cancelled
        case "40002": return .data  // integrity constraint violation raised as a rollback
        case "40003": return .commitUnknown
        case "55P03", "55006": return .conflict  // lock not available, object in use
        case "25006", "25P03": return .databaseAway  // read-only; ended for being idle in a transaction
        // A prepared statement whose tables changed, or which somebody deallocated: it is prepared anew next time.
        case "0A000" where report.routine == "RevalidateCachedQuery": return .conflict
        case "26000": return .conflict
        default: break
        }
        switch state.prefix(2) {
        case "08", "28", "3D", "53", "57", "58": return .databaseAway
        case "40": return .conflict
        case "21", "22", "23", "27", "44", "54", "P0": return .data
        default: return .bug
        }
    }
}
