import Glibc

/// A thread outside the shared pool, for work that blocks.
enum DetachedThread {
    /// Runs `body` on a new thread that takes no signals: those of the process are for others, and a SIGPIPE of a
    /// TLS write to a closed socket is lost here, as it should be.
    ///
    /// - Returns: False if the system has no thread left.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let start = Unmanaged.passRetained(ThreadStart(body: body))
        var thread = pthread_t()
        let outcome = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                start.body()
                return nil
            }, start.toOpaque())
        guard outcome == 0 else {
            start.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}

private final class ThreadStart: Sendable {
    let body: @Sendable () -> Void

    init(body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}
