import CRabbitMQ
import Glibc
import Synchronization

/// Wakes a thread that waits in ``AMQPConnection/receive(wait:wake:other:)``. An eventfd; raising a raised one costs no system call.
public final class WakeSignal: Sendable {
    let descriptor: Int32
    private let raised = Atomic<Bool>(false)

    /// - Throws: ``AMQPError`` `.invalid` when the process has no file descriptor left.
    public init() throws {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw AMQPError(.invalid, "no eventfd: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// Wakes the waiting thread, now or at its next wait. May be called from any thread.
    public func signal() {
        guard !raised.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Lowers the signal. The waiting thread does this *before* it looks at what it was woken for; then nothing is missed.
    public func drain() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        raised.store(false, ordering: .sequentiallyConsistent)
    }

    /// Waits until it is raised or the time is over, and lowers it.
    public func wait(_ limit: Duration) {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if Glibc.poll(&poll, 1, limit.pollMilliseconds) > 0 { drain() }
    }
}
