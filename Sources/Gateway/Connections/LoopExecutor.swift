import NIOCore

/// Runs the tasks of a connection on the event loop that reads and writes its socket: a request is then worked on from its
/// first byte to its last without being handed from thread to thread, which costs more than the work itself.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
