/// How a link stands with the broker.
public enum AMQPLinkState: Sendable, Hashable {
    case connected
    /// Connected, but the broker takes no messages (memory or disk alarm).
    case blocked
    /// Not connected, trying; since when.
    case disconnected(since: ContinuousClock.Instant)
    /// Closed by us, for good.
    case closed
}
