import Postgres

extension PostgresError {
    /// Pause, connect again, decide the same messages anew. A commit whose outcome is unknown is among these: the inbox
    /// tells at the next try.
    var meansDatabaseIsAway: Bool { classification == .databaseAway || classification == .commitUnknown }

    /// Someone else was in the way: the same work again. Also when another process has committed the very same message
    /// between our look at the inbox and our commit: the next look finds it.
    var isConflict: Bool {
        classification == .conflict || classification == .cancelled || constraint == "inbox_pkey"
    }
}
