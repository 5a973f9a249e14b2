import Contracts
import Synchronization

@testable import Sandbox

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ text: String) throws {
        guard let start = Timestamp(text) else { throw UnreadableTime(text: text) }
        time = Mutex(start)
    }

    struct UnreadableTime: Error { let text: String }

    var now: Timestamp { time.withLock { $0 } }

    func advance(_ duration: Duration) { time.withLock { $0 = $0.adding(duration) } }

    var clock: SandboxClock { SandboxClock { self.now } }
}
