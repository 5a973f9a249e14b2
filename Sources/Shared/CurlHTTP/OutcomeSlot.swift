import Dispatch
import Synchronization

/// Where a blocked thread waits for the outcome another thread brings.
final class OutcomeSlot: Sendable {
    typealias Outcome = Result<HTTPResponse, HTTPClientError>

    private let outcome = Mutex<Outcome>(.failure(HTTPClientError(.cancelled, wasSent: true, "no outcome")))
    private let filled = DispatchSemaphore(value: 0)

    func fill(_ value: Outcome) {
        outcome.withLock { $0 = value }
        filled.signal()
    }

    func wait() -> Outcome {
        filled.wait()
        return outcome.withLock { $0 }
    }
}
