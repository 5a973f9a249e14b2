import Dispatch
import Glibc
import Synchronization

/// Writes log lines to a file descriptor on a queue of its own, so that a reader that has stopped reading never stops the
/// process: past `limit` waiting bytes lines are dropped, and how many is said once there is room again.
public final class LogSink: Sendable {
    private struct Pending {
        var bytes: [UInt8] = []
        var isWriting = false
        var dropped = 0
    }

    private let descriptor: Int32
    private let limit: Int
    private let pending = Mutex(Pending())
    private let queue = DispatchQueue(label: "log")
    private let notice: @Sendable (Int) -> [UInt8]

    /// - Parameters:
    ///   - descriptor: Stays open as long as the sink is used.
    ///   - limit: Bytes that may wait.
    ///   - notice: The line that tells how many were dropped.
    public init(
        descriptor: Int32 = 2, limit: Int = 1 << 20, notice: @escaping @Sendable (Int) -> [UInt8] = { _ in [] }
    ) {
        self.descriptor = descriptor
        self.limit = limit
        self.notice = notice
    }

    /// Takes one line, its line end included.
    public func write(_ line: [UInt8]) {
        let starts = pending.withLock {
            guard $0.bytes.count + line.count <= limit else {
                $0.dropped += 1
                return false
            }
            if $0.dropped > 0 {
                $0.bytes += notice($0.dropped)
                $0.dropped = 0
            }
            $0.bytes += line
            let wasWriting = $0.isWriting
            $0.isWriting = true
            return !wasWriting
        }
        if starts { queue.async { self.drain() } }
    }

    /// Waits until what was taken is written, at most this long. For the end of a process.
    public func flush(atMost limit: Duration = .seconds(1)) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + limit / .seconds(1))
    }

    private func drain() {
        while true {
            let bytes = pending.withLock {
                let taken = $0.bytes
                $0.bytes = []
                $0.isWriting = !taken.isEmpty
                return taken
            }
            guard !bytes.isEmpty else { return }
            writeAll(bytes)
        }
    }

    private func writeAll(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&waiting, 1, 1000)
            } else if errno != EINTR {
                return  // nobody to tell
            }
        }
    }
}
