import Foundation

/// Runs blocking work on a thread of its own and waits for it, so that it doesn't hold one of the few threads of the
/// concurrency pool: connections block, and two that wait for each other need two threads. The work still belongs to
/// the caller's task, so that a failed expectation in it is reported for the right test.
public func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withTaskExecutorPreference(ThreadExecutor.shared) { try work() }
}

/// Gives each piece of work a new thread.
private final class ThreadExecutor: TaskExecutor {
    static let shared = ThreadExecutor()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        Thread { job.runSynchronously(on: executor) }.start()
    }
}
