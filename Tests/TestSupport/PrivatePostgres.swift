import Foundation
import Postgres
import Synchronization

/// A PostgreSQL server of the tests' own in a temporary folder, run by `deploy/local/postgres`. It and its data go when
/// the test process ends.
public final class PrivatePostgres: Sendable {
    public let url: String
    public let port: Int
    public let folder: String
    private let settings: Mutex<String>
    private let cleanup: ExitGuard

    /// Creates and starts a server on a free port.
    ///
    /// - Parameter settings: More server options, as in `-c ssl=on`.
    /// - Throws: ``Failure`` when the server does not start; its log is on standard error.
    public init(settings: String = "") throws {
        port = try freePort()
        folder = try makeScratchFolder("postgres")
        self.settings = Mutex(settings)
        cleanup = try ExitGuard(#""$1" kill "$2" "$3"; rm -rf "$2""#, [Self.script, folder, String(port)])
        url = "postgres://oms:oms@127.0.0.1:\(port)/oms"
        try start()
    }

    public func endpoint() throws -> PostgresEndpoint { try PostgresEndpoint(url: url) }

    public func start() throws { try control("start") }
    /// Fast shutdown: clients are cut off with 57P01.
    public func stop() throws { try control("stop") }
    /// SIGKILL to all of it, as a power cut.
    public func kill() throws { try control("kill") }

    /// Stops the server and starts it with other settings.
    public func restart(settings: String) throws {
        try stop()
        self.settings.withLock { $0 = settings }
        try start()
    }

    /// Kills it and removes its data, before the end of the process.
    public func remove() { cleanup.runNow() }

    private func control(_ command: String) throws {
        let process = try startProgram(
            [Self.script, command, folder, String(port)], environment: ["PGEXTRA": settings.withLock { $0 }])
        let status = waitForProgram(process)
        guard status == 0 else { throw Failure(command: command, status: status) }
    }

    public struct Failure: Error, CustomStringConvertible {
        let command: String
        let status: Int32
        public var description: String { "deploy/local/postgres \(command) ended with \(status)" }
    }

    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("deploy/local/postgres").path
}
