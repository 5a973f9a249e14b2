import Dispatch
import ServiceLifecycle
import Synchronization

/// The last of the services, so the first to hear of a shutdown: makes the process not ready and starts its clock.
final class ShutdownGate: Service {
    private let readiness: Readiness
    private let grace: Duration
    private let onStuck: @Sendable () -> Void
    private let begun = Mutex<ContinuousClock.Instant?>(nil)

    init(readiness: Readiness, grace: Duration, onStuck: @escaping @Sendable () -> Void) {
        self.readiness = readiness
        self.grace = grace
        self.onStuck = onStuck
    }

    /// Whether shutting down has taken its whole time.
    var isOverdue: Bool { begun.withLock { $0.map { $0 + grace <= .now } ?? false } }

    func run() async throws {
        try await gracefulShutdown()
        readiness.stop()
        begun.withLock { $0 = .now }
        DispatchQueue.global().asyncAfter(deadline: .now() + grace / .seconds(1) + 2) { self.onStuck() }
    }
}
