import Glibc

/// Nanoseconds of the monotonic clock; cheaper than `ContinuousClock` where it is read for each message.
func monotonicNanoseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}

extension Duration {
    /// Clamped to some 292 years.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : whole &+ attoseconds / 1_000_000_000
    }

    /// For poll(2): rounded up, so that a wait never ends early and spins; never negative, which would be for ever.
    var pollMilliseconds: Int32 { Int32(clamping: max(0, nanoseconds).dividedRoundingUp(by: 1_000_000)) }
}

extension Int64 {
    func dividedRoundingUp(by divisor: Int64) -> Int64 { self / divisor + (self % divisor > 0 ? 1 : 0) }
}
