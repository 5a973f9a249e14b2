/// Pauses between attempts to connect: a random time up to a limit that doubles, so that the processes of a fleet that lost one
/// broker do not come back all at once ("full jitter").
struct Backoff {
    private static let first: Duration = .milliseconds(100)
    private static let longest: Duration = .seconds(10)
    private var attempts = 0

    mutating func next() -> Duration {
        let limit = min(Self.longest, Self.first * (1 << min(attempts, 10)))
        attempts += 1
        return .nanoseconds(Int64.random(in: 0...limit.nanoseconds))
    }

    mutating func reset() { attempts = 0 }
}
