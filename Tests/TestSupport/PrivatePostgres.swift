import Foundation
package import Postgres
import Synchronization

/// A PostgreSQL server of the tests' own in a temporary folder, run by `deploy/local/postgres`. It and its data go when
/// the test process ends.
package final class PrivatePostgres: Sendable {
    package let url: String
    package let port: Int
    package let folder: String
    private let settings: Mutex<String>
    private let cleanup: ExitGuard

    /// Creates and starts a server on a free port.
    ///
    /// - Parameter settings: More server options, as in `-c ssl=on`.
    /// - Throws: ``Failure`` when the server does not start; its log is on standard error.
    package init(settings: String = "") throws {
        port = try freePort()
        folder = try makeScratchFolder("postgres")
        self.settings = Mutex(settings)
        cleanup = try ExitGuard(#""$1" kill "$2" "$3"; rm -rf "$2""#, [Self.script, folder, String(port)])
        url = "postgres://oms:oms@127.0.0.1:\(port)/oms"
        try start()
    }

    package func endpoint() throws -> PostgresEndpoint { try PostgresEndpoint(url: url) }

    package func start() throws { try control("start") }
    /// Fast shutdown: clients are cut off with 57P01.
    package func stop() throws { try control("stop") }
    /// SIGKILL to all of it, as a power cut.
    package func kill() throws { try control("kill") }

    /// Stops the server and starts it with other settings.
    package func restart(settings: String) throws {
        try stop()
        self.settings.withLock { $0 = settings }
        try start()
    }

    /// Kills it and removes its data, before the end of the process.
    package func remove() { cleanup.runNow() }

    private func control(_ command: String) throws {
        let process = try startProgram(
            [Self.script, command, folder, String(port)], environment: ["PGEXTRA": settings.withLock { $0 }])
        let status = waitForProgram(process)
        guard status == 0 else { throw Failure(command: command, status: status) }
    }

    package struct Failure: Error, CustomStringConvertible {
        let command: String
        let status: Int32
        package var description: String { "deploy/local/postgres \(command) ended with \(status)" }
    }

    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("deploy/local/postgres").path
}
