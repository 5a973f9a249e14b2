import Synchronization

/// A request on its way to the client's thread, and the mark that it is no longer wanted.
final class TransferJob: Sendable {
    let request: HTTPRequest
    let deadline: ContinuousClock.Instant
    private let cancelled = Atomic(false)

    init(_ request: HTTPRequest) {
        self.request = request
        deadline = .now + request.timeout
    }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func markCancelled() {
        cancelled.store(true, ordering: .releasing)
    }
}
