import Synchronization

/// Says that messages which a handler has put aside (``Preparation/waiting``) can be looked at again. A handler that
/// asks other services in the background holds one and gives it to its ``WorkerDefinition``.
public final class Recall: Sendable {
    /// A closure has to lie in a field: one that a `Mutex` holds by itself is wrapped once more at every access, until calling
    /// it overflows the stack.
    private struct State {
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    public init() {}

    /// From any thread; often is as good as once.
    public func callAsFunction() {
        let action = state.withLock { $0.action }
        action?()
    }

    func attach(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.action = action }
    }
}
