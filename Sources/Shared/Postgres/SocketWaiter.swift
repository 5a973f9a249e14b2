import Glibc

/// Waits for a socket with a limit, calling a function of the owner's about every `interval` meanwhile.
struct SocketWaiter {
    let interval: Duration
    let whileWaiting: (() -> Void)?

    enum Outcome {
        case ready(readable: Bool, writable: Bool)
        case timedOut
    }

    /// - Parameters:
    ///   - socket: The descriptor.
    ///   - read: Wait until it can be read from, or has failed.
    ///   - write: Wait until it can be written to, or has failed.
    ///   - deadline: nil waits without limit.
    /// - Returns: What the socket is ready for, or that the deadline has passed.
    func wait(_ socket: Int32, read: Bool, write: Bool, until deadline: ContinuousClock.Instant?) -> Outcome {
        var entry = pollfd(fd: socket, events: (read ? Int16(POLLIN) : 0) | (write ? Int16(POLLOUT) : 0), revents: 0)
        var nextCall = whileWaiting == nil ? nil : ContinuousClock.now + interval
        while true {
            let limit = [deadline, nextCall].compactMap { $0 }.min()
            let milliseconds = limit.map { instant -> Int32 in
                let left = instant - ContinuousClock.now
                return left <= .zero ? 0 : Int32(clamping: left.milliseconds)
            }
            let count = poll(&entry, 1, milliseconds ?? -1)
            if count > 0 {
                // An error or hang-up counts as both: the next read or write tells what it is.
                let failed = entry.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
                return .ready(
                    readable: failed || entry.revents & Int16(POLLIN) != 0,
                    writable: failed || entry.revents & Int16(POLLOUT) != 0)
            }
            let now = ContinuousClock.now
            if let due = nextCall, now >= due {
                whileWaiting?()
                nextCall = ContinuousClock.now + interval
            }
            if let deadline, now >= deadline { return .timedOut }
        }
    }
}

/// Whether there is something to read at once: data, the end or an error.
func readable(_ socket: Int32) -> Bool {
    var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) > 0
}
