import Foundation

/// Starts a program without a shell.
///
/// Foundation's `Process` is not used because its `waitUntilExit` can wait for ever when several run at once, and when
/// the program leaves a daemon behind.
///
/// - Parameters:
///   - arguments: The program's path, then its arguments.
///   - environment: Set on top of this process's own.
///   - input: Becomes standard input; `/dev/null` when nil.
///   - quiet: Sends standard output and error to `/dev/null`, else they are ours.
///   - ownGroup: Out of reach of a Ctrl-C in the terminal.
/// - Returns: The process id; the caller waits for it.
/// - Throws: ``SystemError`` when it can't be started.
public func startProgram(
    _ arguments: [String], environment: [String: String] = [:], input: Int32? = nil, quiet: Bool = false,
    ownGroup: Bool = false
) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
        posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    if quiet {
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    if ownGroup { posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP)) }
    let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var words = arguments.map { strdup($0) } + [nil]
    var variables = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var process: pid_t = 0
    let status = posix_spawn(&process, arguments[0], &actions, &attributes, &words, &variables)
    guard status == 0 else {
        errno = status
        throw SystemError("posix_spawn \(arguments[0])")
    }
    return process
}

/// Waits for a program's end.
///
/// - Returns: Its exit status; 128 plus the signal's number when a signal ended it.
@discardableResult
public func waitForProgram(_ process: Int32) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
}
