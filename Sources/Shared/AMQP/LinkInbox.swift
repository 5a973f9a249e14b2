import Synchronization

/// What the link's thread and everyone else share.
final class LinkInbox: Sendable {
    struct Submission: Sendable {
        let messages: [AMQPMessage]
        let completion: @Sendable ([AMQPPublishOutcome]) -> Void
    }

    private struct Contents {
        var submissions: [Submission] = []
        /// Messages submitted and without an outcome yet.
        var load = 0
        var state: AMQPLinkState
        /// When to give up what is still open; set once the link is closing.
        var closeDeadline: Int64?
        var hasEnded = false
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let wake: WakeSignal
    private let contents: Mutex<Contents>
    private let limit: Int
    private let failsFast: Bool

    init(limit: Int, failsFast: Bool) throws {
        self.limit = limit
        self.failsFast = failsFast
        wake = try WakeSignal()
        contents = Mutex(Contents(state: .disconnected(since: .now)))
    }

    var state: AMQPLinkState { contents.withLock { $0.state } }
    var closeDeadline: Int64? { contents.withLock { $0.closeDeadline } }

    /// - Returns: Why it was not taken, if so.
    func add(_ submission: Submission) -> AMQPPublishOutcome.Reason? {
        let (reason, isFirst): (AMQPPublishOutcome.Reason?, Bool) = contents.withLock { contents in
            if contents.closeDeadline != nil { return (.closed, false) }
            switch contents.state {
            case .closed: return (.closed, false)
            case .disconnected where failsFast: return (.disconnected, false)
            case .blocked where failsFast: return (.blocked, false)
            default: break
            }
            // A single submission over the limit has to pass when nothing else is there, or it never could.
            guard contents.load == 0 || contents.load + submission.messages.count <= limit else {
                return (.overloaded, false)
            }
            contents.load += submission.messages.count
            contents.submissions.append(submission)
            return (nil, contents.submissions.count == 1)
        }
        if isFirst { wake.signal() }
        return reason
    }

    /// For the link's thread: takes what was submitted, and books off what got its outcome since the last call.
    func take(settled: Int) -> [Submission] {
        contents.withLock { contents in
            contents.load -= settled
            guard !contents.submissions.isEmpty else { return [] }
            defer { contents.submissions = [] }
            return contents.submissions
        }
    }

    /// - Returns: Whether that is a change.
    func set(_ state: AMQPLinkState) -> Bool {
        contents.withLock { contents in
            defer { contents.state = state }
            return contents.state != state
        }
    }

    /// The thread's last word: everyone has been told everything.
    func end() {
        let waiters = contents.withLock { contents in
            contents.hasEnded = true
            defer { contents.endWaiters = [] }
            return contents.endWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Takes nothing more, and lets the thread end: when all is settled, at the deadline at the latest.
    func beginClosing(deadline: Int64) {
        contents.withLock { $0.closeDeadline = min($0.closeDeadline ?? .max, deadline) }
        wake.signal()
    }

    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = contents.withLock { contents in
                if !contents.hasEnded { contents.endWaiters.append(continuation) }
                return contents.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }
}
