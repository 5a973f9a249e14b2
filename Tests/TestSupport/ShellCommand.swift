package import Foundation
import Glibc

/// A program run to its end.
package struct ShellCommand: Sendable {
    package let executable: URL
    package let arguments: [String]
    /// Added to that of the test process.
    package var environment: [String: String] = [:]

    package init(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) {
        self.executable = URL(fileURLWithPath: executable)
        self.arguments = arguments
        self.environment = environment
    }

    /// - Returns: What it printed, without white space around.
    /// - Throws: ``TestSupportError`` with what it complained about, when it fails.
    @discardableResult package func run() throws -> String {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try Self.withSignalsUnblocked { try process.run() }
        // Short answers only: both fit in a pipe, so reading one after the other cannot lock up.
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        let complaints = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw TestSupportError(
                "\(executable.lastPathComponent) \(arguments.joined(separator: " ")): \(String(decoding: complaints, as: UTF8.self))"
            )
        }
        return String(decoding: printed, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The pool's threads, and threads started from them, block all signals, and a program inherits that: a server would not hear
    /// that it is to stop.
    private static func withSignalsUnblocked(_ body: () throws -> Void) rethrows {
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }
}
