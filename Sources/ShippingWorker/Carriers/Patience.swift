import Synchronization

/// Waits for a call to the outside, but not for ever.
enum Patience {
    /// What the work gave; nil when the time was over before. The work is cancelled then.
    static func wait<Value: Sendable>(
        _ limit: Duration, for work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            let end = End<Value>(continuation)
            let working = Task { end.come(await work()) }
            Task {
                try? await Task.sleep(for: limit)
                if end.come(nil) { working.cancel() }
            }
        }
    }

    /// The first end counts.
    private final class End<Value: Sendable>: Sendable {
        private let waiting: Mutex<CheckedContinuation<Value?, Never>?>

        init(_ continuation: CheckedContinuation<Value?, Never>) { waiting = Mutex(continuation) }

        @discardableResult func come(_ value: Value?) -> Bool {
            let continuation = waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
            continuation?.resume(returning: value)
            return continuation != nil
        }
    }
}
