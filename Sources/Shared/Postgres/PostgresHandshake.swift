import CLibPQ
import Glibc

/// Connects step by step, so that the limit holds for a peer that accepts and never answers: libpq ignores its own
/// `connect_timeout` in this mode and rounds it to seconds in the other.
enum PostgresHandshake {
    /// Tries the hosts in order and returns the handle of the first that lets us in.
    static func connect(
        to endpoint: PostgresEndpoint, options: PostgresOptions, waiter: SocketWaiter
    ) throws(PostgresError) -> OpaquePointer {
        var failure = PostgresError(.connectFailed(sqlState: nil), "no host given")
        for host in endpoint.hosts {
            do throws(PostgresError) {
                return try attempt(options.parameters(for: host), timeout: options.connectTimeout, waiter: waiter)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static func attempt(
        _ parameters: [String: String], timeout: Duration, waiter: SocketWaiter
    ) throws(PostgresError) -> OpaquePointer {
        let deadline = ContinuousClock.now + timeout
        guard let handle = start(parameters) else {
            throw PostgresError(.connectFailed(sqlState: nil), "out of memory")
        }
        // The verbose form carries the SQLSTATE, which libpq offers in no other way while connecting.
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        var step = PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while step != PGRES_POLLING_OK {
            guard step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING else {
                defer { PQfinish(handle) }
                throw failure(handle)
            }
            // The socket may be another one after each step: libpq tries every address of a name.
            let outcome = waiter.wait(
                PQsocket(handle), read: step == PGRES_POLLING_READING, write: step == PGRES_POLLING_WRITING,
                until: deadline)
            if case .timedOut = outcome {
                PQfinish(handle)
                throw PostgresError(.connectFailed(sqlState: nil), "no answer within \(timeout)")
            }
            step = PQconnectPoll(handle)
        }
        PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        return handle
    }

    private static func start(_ parameters: [String: String]) -> OpaquePointer? {
        let pairs = Array(parameters)
        var keywords: [UnsafePointer<CChar>?] = pairs.map { UnsafePointer(strdup($0.key)) }
        var values: [UnsafePointer<CChar>?] = pairs.map { UnsafePointer(strdup($0.value)) }
        defer { for text in keywords + values { free(UnsafeMutablePointer(mutating: text)) } }
        keywords.append(nil)
        values.append(nil)
        return PQconnectStartParams(keywords, values, 0)
    }

    /// `… failed: FATAL:  28P01: password authentication failed for user "x"`, then a line `LOCATION: …`.
    private static func failure(_ handle: OpaquePointer) -> PostgresError {
        let text = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }
        let message = lines.map { String($0) }.joined(separator: " ").trimmed
        let match = message.firstMatch(of: #/:  ([0-9A-Z]{5}): /#)
        return PostgresError(.connectFailed(sqlState: match.map { String($0.1) }), message)
    }
}
