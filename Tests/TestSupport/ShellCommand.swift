import Foundation
import Glibc

/// A program run to its end.
///
/// What it prints goes to files, not pipes: a program that another thread starts at the same moment would inherit the pipe's
/// writing end, and the pipe not end before that program does.
public struct ShellCommand: Sendable {
    public let executable: String
    public let arguments: [String]
    /// Added to that of the test process.
    public let environment: [String: String]

    public init(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }

    /// - Returns: What it printed, without white space around.
    /// - Throws: ``TestSupportError`` with what it complained about, when it fails.
    @discardableResult public func run() throws -> String {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("oms-run-\(UUID())").path
        let (output, errors) = (scratch + ".out", scratch + ".err")
        defer { for file in [output, errors] { unlink(file) } }
        let status = waitForProgram(try start(output: output, errors: errors))
        guard status == 0 else {
            throw TestSupportError(
                "\(executable) \(arguments.joined(separator: " ")) ended with \(status): \(try text(errors))")
        }
        return try text(output)
    }

    private func text(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func start(output: String, errors: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The pool's threads, and threads started from them, block all signals, and a program inherits that: a server would
        // not hear that it is to stop.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var words = ([executable] + arguments).map { strdup($0) } + [nil]
        var variables = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, executable, &actions, &attributes, &words, &variables)
        guard status == 0 else {
            throw TestSupportError("cannot start \(executable): \(String(cString: strerror(status)))")
        }
        return pid
    }
}
