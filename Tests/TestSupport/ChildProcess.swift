import Foundation
import Glibc
import Synchronization

/// A program that a test runs beside itself, its output in a file.
public final class ChildProcess: Sendable {
    public enum Ending: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    public let name: String
    public let pid: pid_t
    /// Path of the file with what it printed.
    public let log: String
    private let end = Mutex<Ending?>(nil)

    /// Starts it at once.
    ///
    /// - `environment`: All of it; nothing is inherited.
    /// - `log`: Added to when it exists.
    /// Throws: ``SystemError`` when there is no such program.
    public init(
        _ name: String, executable: String, arguments: [String] = [], environment: [String: String], log: String
    ) throws {
        self.name = name
        self.log = log
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words = ([executable] + arguments).map { strdup($0) } + [nil]
        var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in words + settings { free(pointer) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, executable, &actions, nil, &words, &settings) == 0 else {
            throw SystemError("posix_spawn \(executable)")
        }
        self.pid = pid
        Thread { [self] in reap() }.start()
    }

    /// Waits for the end without freeing the process id, so that no signal can meet a stranger.
    private func reap() {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        end.withLock { end in
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            let signal = status & 0x7F
            end = signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
        }
    }

    /// How it ended; nil while it runs.
    public var ending: Ending? { end.withLock { $0 } }

    public var isRunning: Bool { ending == nil }

    /// Sends a signal, if it still runs.
    public func signal(_ number: Int32) {
        end.withLock { if $0 == nil { _ = Glibc.kill(pid, number) } }
    }

    /// SIGKILL, and waits until it is gone.
    public func kill() async throws {
        signal(SIGKILL)
        _ = try await waitForEnd()
    }

    /// SIGTERM, and waits for its end.
    public func terminate(within limit: Duration = .seconds(40)) async throws -> Ending {
        signal(SIGTERM)
        return try await waitForEnd(within: limit)
    }

    /// SIGSTOP: all its threads stand still when this returns, its sockets stay open.
    public func freeze() throws {
        signal(SIGSTOP)
        if isRunning { try awaitFrozen(pid) }
    }

    public func thaw() { signal(SIGCONT) }

    /// - Throws: ``TestSupportError`` when it still runs after the limit.
    public func waitForEnd(within limit: Duration = .seconds(40)) async throws -> Ending {
        guard try await eventually(within: limit, { !isRunning }), let ending else {
            throw TestSupportError("\(name) (\(pid)) still runs; its log is \(log)")
        }
        return ending
    }
}
