/// Lets acknowledgements leave together: each costs the broker a write to its log. What was handled and not
/// acknowledged when this process dies comes again and meets its entry in the inbox.
struct AcknowledgementGate {
    /// A quarter of what may be delivered ahead, so that the broker never waits for us.
    private static let enough = 8

    private let patience: Duration
    private var tag: UInt64?
    private var count = 0
    private var since = ContinuousClock.now

    init(patience: Duration = .milliseconds(20)) { self.patience = patience }

    /// What can be acknowledged now beside what waits already.
    mutating func add(_ acknowledgeable: (tag: UInt64, count: Int)?) {
        guard let acknowledgeable else { return }
        if tag == nil { since = .now }
        tag = acknowledgeable.tag
        count += acknowledgeable.count
    }

    /// How long what waits may wait on; nil: nothing waits.
    var timeLeft: Duration? { tag == nil ? nil : max(.zero, since + patience - .now) }

    /// The tag to acknowledge up to, when it is time.
    mutating func take(isDue: Bool) -> UInt64? {
        guard let tag, isDue || count >= Self.enough || since + patience <= .now else { return nil }
        self.tag = nil
        count = 0
        return tag
    }
}
