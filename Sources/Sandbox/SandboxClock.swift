import Contracts

/// Where the stand-ins read the time. Tests put a clock of their own here instead of sleeping.
struct SandboxClock: Sendable {
    let now: @Sendable () -> Timestamp

    static let wall = SandboxClock { .now }
}
