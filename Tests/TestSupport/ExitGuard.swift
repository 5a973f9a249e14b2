import Foundation

/// Runs a shell command when this process ends, however it ends: `atexit` would miss a crash or a kill.
///
/// A shell waits for the end of a connection only this process holds the other end of.
public final class ExitGuard: Sendable {
    private let line: Int32
    private let shell: pid_t

    /// - Parameters:
    ///   - script: Shell text; `$1`, `$2`, … are the arguments.
    ///   - arguments: Passed as they are.
    /// - Throws: ``SystemError`` when the shell can't be started.
    public init(_ script: String, _ arguments: [String]) throws {
        var ends: [Int32] = [-1, -1]
        // A socket pair is closed-on-exec from the start; with pipe() a child started by another thread could keep the
        // other end open.
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError("socketpair") }
        defer { close(ends[0]) }
        shell = try startProgram(
            ["/bin/sh", "-c", "read -r _; " + script, "guard"] + arguments, input: ends[0], quiet: true, ownGroup: true)
        line = ends[1]
    }

    /// Runs the command now and waits for it.
    public func runNow() {
        close(line)
        waitForProgram(shell)
    }
}
