import Foundation
import Glibc

/// Runs a shell command when this process ends, however it ends: `atexit` would miss a crash or a kill.
///
/// A shell waits for the end of a pipe only this process holds the other end of.
package final class ExitGuard: Sendable {
    private let pipe: Int32
    private let shell: pid_t

    /// - Parameters:
    ///   - script: Shell text; `$1`, `$2`, … are the arguments.
    ///   - arguments: Passed as they are.
    package init(_ script: String, _ arguments: [String]) throws {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw SystemError("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
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
        pipe = ends[1]
        shell = pid
    }

    /// Runs the command now and waits for it.
    package func runNow() {
        close(pipe)
        var status: Int32 = 0
        waitpid(shell, &status, 0)
    }
}
