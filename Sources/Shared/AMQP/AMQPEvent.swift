/// What the broker sent on its own account, in the order it was sent.
public enum AMQPEvent: Sendable {
    case delivery(AMQPDelivery)
    /// The publish of that sequence number is safe; with `multiple` so are all before it that are still open.
    case confirmed(sequence: UInt64, multiple: Bool)
    /// A queue refused the message (length limit) or the broker failed on it; `multiple` as above.
    case rejected(sequence: UInt64, multiple: Bool)
    /// A mandatory message no queue takes. Its confirm follows, and only that carries the sequence number.
    case returned(AMQPMessage, code: UInt16, text: String)
    /// The queue is gone or lost its leader: nothing more comes for this consumer.
    case consumerCancelled(tag: String)
    /// Memory or disk alarm: publish nothing until `unblocked`, keep receiving.
    case blocked(reason: String)
    case unblocked
}
