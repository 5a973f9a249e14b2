/// When to try a lost connection again: full jitter up to a limit that doubles with each failure, 5 s at most.
struct ReconnectBackoff {
    private var failures = 0
    private var next = ContinuousClock.now

    var mayTry: Bool { ContinuousClock.now >= next }

    mutating func failed() {
        failures = min(failures + 1, 6)
        next = ContinuousClock.now + .milliseconds(Int64.random(in: 50...(100 << failures)).clamped(to: 50...5000))
    }

    mutating func succeeded() { failures = 0 }
}

extension Int64 {
    fileprivate func clamped(to range: ClosedRange<Int64>) -> Int64 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
