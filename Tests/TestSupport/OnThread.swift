import Foundation

/// Runs blocking work on a thread of its own and waits for it, so that it doesn't hold one of the few threads of the
/// concurrency pool: connections block, and two that wait for each other need two threads.
package func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Swift.Result { try work() }) }.start()
    }
}
