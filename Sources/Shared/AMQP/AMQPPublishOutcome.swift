/// What became of a message given to ``AMQPLink``.
public enum AMQPPublishOutcome: Sendable, Hashable {
    /// Safe with the broker; a message that was not mandatory may have gone to no queue.
    case confirmed
    /// Mandatory, and no queue takes it (312): the topology is incomplete.
    case returned(code: UInt16)
    /// A queue is full, or the broker failed on it. It may be published again later.
    case refused
    /// Never sent: publishing it again cannot double it.
    case notSent(Reason)
    /// Sent, and the connection broke (or the broker blocked) before the confirm: it may or may not arrive.
    case unknown

    public enum Reason: Sendable, Hashable {
        case disconnected
        case blocked
        /// The link holds as many messages as it may.
        case overloaded
        /// The link is closed.
        case closed
        /// This message cannot be published: too big, a name over 255 bytes, an exchange that does not exist.
        case invalid(String)
    }
}
