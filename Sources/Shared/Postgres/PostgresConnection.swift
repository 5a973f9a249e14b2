import CLibPQ
import Logging

/// One libpq connection, used by one thread at a time and synchronously: its calls block in `poll` until the server has
/// answered or a limit of ``PostgresOptions`` is reached, so it belongs on a thread of its own, never in the Swift
/// concurrency pool.
///
/// Statements travel in libpq's pipeline mode over a non-blocking socket: all are sent, with one sync at the end, and
/// answers are read while sending, so neither side can block the other with full buffers. Each is prepared on first
/// use, within the same round trip.
///
/// After an error of a statement the connection is usable; an open transaction is then in state `.failed` and waits for
/// its rollback (``rollBackIfNeeded()``). After `.connectionLost` it is closed: ``reconnect()`` or make another.
public final class PostgresConnection {
    public let endpoint: PostgresEndpoint
    public let options: PostgresOptions
    let logger: Logger
    let encoder = ParameterEncoder()
    var cache: StatementCache
    var handle: OpaquePointer?
    /// What was sent and is not answered in full, the oldest first.
    var underWay: [PipelineRun] = []
    private let notices: NoticeSink

    /// Called about every `waitingInterval` while a call waits for the server, connecting included, so that the thread
    /// can serve something else meanwhile (the heartbeats of another connection). Must not use this connection and
    /// should return at once.
    public var whileWaiting: (() -> Void)?
    /// Called when all statements of a pipeline are sent, before their answers are awaited: time for work of the owner's
    /// that does not need them. It must not use this connection.
    public var onceSent: (() -> Void)?
    public var waitingInterval: Duration = .seconds(1)

    /// Statements sent since the connection was made, for counting.
    public internal(set) var statementCount = 0

    /// Connects and logs in.
    ///
    /// - Parameters:
    ///   - endpoint: The server, or several tried in order.
    ///   - options: Limits and session settings.
    ///   - logger: Gets the server's warnings.
    ///   - whileWaiting: See the property of this name.
    /// - Throws: ``PostgresError`` `.connectFailed`: wait a little and try again.
    public init(
        _ endpoint: PostgresEndpoint, options: PostgresOptions = PostgresOptions(),
        logger: Logger = Logger(label: "postgres"), whileWaiting: (() -> Void)? = nil
    ) throws(PostgresError) {
        self.endpoint = endpoint
        self.options = options
        self.logger = logger
        self.whileWaiting = whileWaiting
        cache = StatementCache(limit: options.preparedStatementLimit)
        notices = NoticeSink(logger: logger)
        try connect()
    }

    deinit { PQfinish(handle) }

    /// Closes what is left of the connection and connects anew, with nothing prepared and no transaction.
    ///
    /// - Throws: ``PostgresError`` `.connectFailed`; the object stays closed and may try again.
    public func reconnect() throws(PostgresError) {
        close()
        cache = StatementCache(limit: options.preparedStatementLimit)
        try connect()
    }

    /// Ends the connection; an open transaction is rolled back by the server. May be called again.
    public func close() {
        PQfinish(handle)  // accepts nil
        handle = nil
        underWay = []
    }

    public var isOpen: Bool { handle != nil && PQstatus(handle) == CONNECTION_OK }

    /// The socket, for a `poll` of the caller's own: readable while no call runs means news, mostly bad; ask
    /// ``checkAlive()``. -1 when closed. A new connection has a new one.
    public var socket: Int32 { handle == nil ? -1 : PQsocket(handle) }

    /// The process on the server that serves this connection, as in `pg_stat_activity.pid`.
    public var serverProcess: Int32 { handle == nil ? 0 : PQbackendPID(handle) }

    /// Whether the connection is encrypted.
    public var isEncrypted: Bool { handle != nil && PQsslInUse(handle) != 0 }

    /// How many statements are prepared at present.
    public var preparedStatements: Int { cache.count }

    public enum TransactionStatus: Sendable {
        case idle
        case open
        /// A statement failed; everything but a rollback is refused.
        case failed
        /// Something was sent and is not answered yet.
        case active
        case closed
    }

    /// As of the last answer.
    public var transactionStatus: TransactionStatus {
        guard let handle else { return .closed }
        let status = PQtransactionStatus(handle)
        if status == PQTRANS_IDLE { return .idle }
        if status == PQTRANS_INTRANS { return .open }
        if status == PQTRANS_ACTIVE { return .active }
        return status == PQTRANS_INERROR ? .failed : .closed
    }

    public var isInTransaction: Bool { transactionStatus == .open || transactionStatus == .failed }

    /// Looks, without waiting, whether the server has ended the connection meanwhile.
    ///
    /// - Throws: ``PostgresError`` `.connectionLost`.
    public func checkAlive() throws(PostgresError) {
        let handle = try open()
        guard readable(PQsocket(handle)) else { return }
        if PQconsumeInput(handle) == 0 { throw lost() }
        _ = PQisBusy(handle)  // has libpq read the messages, as the server's reason for ending it
        // The reason and the end of the stream come one after the other.
        if readable(PQsocket(handle)), PQconsumeInput(handle) == 0 { throw lost() }
    }

    /// The open handle.
    func open() throws(PostgresError) -> OpaquePointer {
        guard let handle else { throw PostgresError(.connectionLost, "the connection is closed") }
        return handle
    }

    /// The error for a connection that broke, which is closed by this.
    func lost(_ reason: String? = nil) -> PostgresError {
        if let handle { _ = PQisBusy(handle) }  // has libpq read what came together with the last answer
        let reported = handle.flatMap { PQerrorMessage($0) }.map { String(cString: $0).trimmed } ?? ""
        close()
        let farewell = notices.takeFatal()
        let message = reason ?? farewell ?? (reported.isEmpty ? "the server closed the connection" : reported)
        return PostgresError(.connectionLost, message)
    }

    /// The error for an answer that makes no sense here; the connection is closed by this.
    func violated(_ message: String) -> PostgresError {
        close()
        return PostgresError(.protocolViolation, message)
    }

    private func connect() throws(PostgresError) {
        let handle = try PostgresHandshake.connect(to: endpoint, options: options, waiter: waiter)
        notices.attach(to: handle)
        guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
            PQfinish(handle)
            throw PostgresError(.protocolViolation, "libpq refused pipeline mode")
        }
        self.handle = handle
    }

    var waiter: SocketWaiter { SocketWaiter(interval: waitingInterval, whileWaiting: whileWaiting) }
}

@available(*, unavailable, message: "a connection stays on the thread that uses it")
extension PostgresConnection: Sendable {}
