import Synchronization

/// Says that messages which a handler has put aside (``Preparation/waiting``) can be looked at again. A handler that
/// asks other services in the background holds one and gives it to its ``WorkerDefinition``.
public final class Recall: Sendable {
    private let action = Mutex<(@Sendable () -> Void)?>(nil)

    public init() {}

    /// From any thread; often is as good as once.
    public func callAsFunction() {
        let action = action.withLock { $0 }
        action?()
    }

    func attach(_ action: @escaping @Sendable () -> Void) {
        self.action.withLock { $0 = action }
    }
}
