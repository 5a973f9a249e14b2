import Foundation

/// Runs a shell command when this process ends, however it ends: `atexit` would miss a crash or a kill.
///
/// A shell waits for the end of a connection only this process holds the other end of.
package final class ExitGuard: Sendable {
    private let line: Int32
    private let shell: pid_t

    /// - Parameters:
    ///   - script: Shell text; `$1`, `$2`, … are the arguments.
    ///   - arguments: Passed as they are.
    package init(_ script: String, _ arguments: [String]) throws {
        var ends: [Int32] = [-1, -1]
        // A socket pair is closed-on-exec from the start; with line() a child started by another thread could keep the
        // other end open.
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError("socketpair") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C in the terminal must not end it before it has cleaned up.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let words = ["/bin/sh", "-c", "read -r _; " + script, "guard"] + arguments
        var pointers = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, "/bin/sh", &actions, &attributes, &pointers, environ) == 0 else {
            throw SystemError("posix_spawn")
        }
        close(ends[0])
        line = ends[1]
        shell = pid
    }

    /// Runs the command now and waits for it.
    package func runNow() {
        close(line)
        var status: Int32 = 0
        waitpid(shell, &status, 0)
    }
}
