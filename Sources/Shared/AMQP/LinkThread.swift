import Logging

/// What runs on a link's thread. Nothing in here is seen by another one but the inbox.
final class LinkThread {
    /// A confirm that is already on its way when the broker blocks is waited for so long before a fail-fast link gives it up.
    private static let blockedGrace: Int64 = 100_000_000
    /// A session that lasted so long ends the growth of the pauses between attempts.
    private static let healthyAfter: Int64 = 10_000_000_000
    private static let longestWait: Duration = .seconds(5)

    private let settings: AMQPLink.Settings
    private let inbox: LinkInbox
    private let logger: Logger
    private let topology: @Sendable (AMQPConnection) throws -> Void
    private let replies: (@Sendable ([AMQPDelivery]) -> Void)?
    private let onStateChange: (@Sendable (AMQPLinkState) -> Void)?

    private var backlog = LinkBacklog()
    private var window: UnconfirmedWindow
    private var finished: [LinkBatch] = []
    private var settledCount = 0
    private var blockedSince: Int64?
    private var lastFailure: String?
    /// After the broker closed the channel: so many messages were open, one of them the reason. They go one at a time.
    private var suspects = 0

    init(
        _ settings: AMQPLink.Settings, inbox: LinkInbox, logger: Logger,
        topology: @escaping @Sendable (AMQPConnection) throws -> Void, replies: (@Sendable ([AMQPDelivery]) -> Void)?,
        onStateChange: (@Sendable (AMQPLinkState) -> Void)?
    ) {
        self.settings = settings
        self.inbox = inbox
        self.logger = logger
        self.topology = topology
        self.replies = replies
        self.onStateChange = onStateChange
        window = UnconfirmedWindow(capacity: settings.window)
    }

    func run() {
        var backoff = Backoff()
        while !isClosing {
            let start = monotonicNanoseconds()
            do {
                let connection = try connect()
                logger.info("broker connected", metadata: ["endpoint": "\(settings.endpoint)"])
                lastFailure = nil
                change(to: .connected)
                try serve(connection)
                connection.close()
            } catch {
                handleLoss(error)
                if monotonicNanoseconds() - start > Self.healthyAfter { backoff.reset() }
                pause(backoff.next())
            }
        }
        finish()
    }

    // MARK: Connecting

    private func connect() throws -> AMQPConnection {
        let connection = try AMQPConnection(
            settings.endpoint, name: settings.name, heartbeat: settings.heartbeat)
        try topology(connection)
        try connection.confirmSelect()
        // The broker takes a reply address only from a channel that already consumes it.
        if replies != nil { try connection.consume(AMQPLink.replyAddress, noAck: true) }
        return connection
    }

    private func handleLoss(_ error: any Error) {
        let description = String(describing: error)
        if description != lastFailure {
            logger.warning("broker not connected", metadata: ["reason": "\(description)"])
            lastFailure = description
        }
        blockedSince = nil
        if case .disconnected = inbox.state {} else { change(to: .disconnected(since: .now)) }
        isolateSuspect(error)
        let open = window.reset()
        switch settings.policy {
        case .resend: backlog.prepend(open)
        case .failFast:
            for ticket in open { settle(ticket, .unknown) }
            failBacklog(.disconnected)
        }
        deliverOutcomes()
    }

    /// A message the broker closes the channel for (its exchange is gone, say) would do so again on each connection. The close does
    /// not name it, so the open ones are sent singly until it stands alone.
    private func isolateSuspect(_ error: any Error) {
        guard let error = error as? AMQPError, error.code == .channelClosed, !window.isEmpty else { return }
        guard window.count > 1 else {
            window.settle(window.head, multiple: false) { slot in
                if let ticket = slot.ticket { settle(ticket, .notSent(.invalid(error.description))) }
            }
            return
        }
        suspects = window.count
    }

    private func pause(_ duration: Duration) {
        let end = monotonicNanoseconds() + duration.nanoseconds
        while !isClosing {
            if settings.policy == .failFast { failBacklog(.disconnected) }
            deliverOutcomes()
            let rest = end - monotonicNanoseconds()
            guard rest > 0 else { return }
            inbox.wake.wait(.nanoseconds(rest))
        }
    }

    // MARK: Serving one connection

    /// - Throws: When the connection is of no more use. Returns when the link is to close and nothing is left to do.
    private func serve(_ connection: AMQPConnection) throws {
        var wait: Duration = .zero
        while true {
            let events = try connection.receive(wait: wait, wake: inbox.wake)
            handle(events)
            takeSubmissions()
            if connection.isBlocked {
                failWhileBlocked()
            } else {
                try publishBacklog(connection)
            }
            deliverOutcomes()
            try checkTimes(connection)
            if let deadline = inbox.closeDeadline {
                // Looked at again after the deadline was seen: nothing can be added any more.
                takeSubmissions()
                guard !(backlog.isEmpty && window.isEmpty), monotonicNanoseconds() < deadline else { return }
            }
            wait = nextWait()
        }
    }

    private func publishBacklog(_ connection: AMQPConnection) throws {
        let limit = suspects > 0 ? 1 : settings.window
        let now = monotonicNanoseconds()
        while window.count < limit, let ticket = backlog.first {
            do {
                guard ticket.message.body.count <= settings.bodyLimit else {
                    throw AMQPError(.invalid, "a body of \(ticket.message.body.count) bytes")
                }
                let sequence = try connection.publish(ticket.message)
                window.append(ticket, sequence: sequence, at: now)
            } catch let error as AMQPError where error.code == .invalid {
                settle(ticket, .notSent(.invalid(error.detail)))
            }
            backlog.removeFirst()
        }
        try connection.sendGathered()
    }

    private func handle(_ events: [AMQPEvent]) {
        var deliveries: [AMQPDelivery] = []
        for event in events {
            switch event {
            case .delivery(let delivery): deliveries.append(delivery)
            case .confirmed(let sequence, let multiple):
                window.settle(sequence, multiple: multiple) { slot in
                    guard let ticket = slot.ticket else { return }
                    settle(ticket, slot.returnedCode.map { .returned(code: $0) } ?? .confirmed)
                }
            case .rejected(let sequence, let multiple):
                window.settle(sequence, multiple: multiple) { slot in
                    if let ticket = slot.ticket { settle(ticket, .refused) }
                }
            case .returned(let message, let code, _):
                window.markReturned(code: code) { ticket in
                    let sent = ticket.message
                    return sent.mandatory && sent.properties.messageID == message.properties.messageID
                        && sent.exchange == message.exchange && sent.routingKey == message.routingKey
                }
            case .blocked(let reason):
                logger.warning("broker takes no messages", metadata: ["reason": "\(reason)"])
                blockedSince = monotonicNanoseconds()
                change(to: .blocked)
            case .unblocked:
                logger.info("broker takes messages again")
                blockedSince = nil
                window.restartTimes(at: monotonicNanoseconds())
                change(to: .connected)
            case .consumerCancelled: break  // the reply address is no queue that could be deleted
            }
        }
        if !deliveries.isEmpty { replies?(deliveries) }
    }

    private func failWhileBlocked() {
        guard settings.policy == .failFast else { return }
        failBacklog(.blocked)
        guard let blockedSince, monotonicNanoseconds() - blockedSince >= Self.blockedGrace else { return }
        for ticket in window.abandon() { settle(ticket, .unknown) }
    }

    private func checkTimes(_ connection: AMQPConnection) throws {
        let now = monotonicNanoseconds()
        if let blockedSince {
            guard now - blockedSince < settings.blockedLimit.nanoseconds else {
                throw AMQPError(.blocked, "for more than \(settings.blockedLimit)")
            }
        } else if let oldest = window.oldestSentAt, now - oldest >= settings.confirmTimeout.nanoseconds {
            throw AMQPError(.timeout, "no confirm within \(settings.confirmTimeout)")
        }
    }

    /// Until the next thing that happens by time alone.
    private func nextWait() -> Duration {
        let now = monotonicNanoseconds()
        var wait = Self.longestWait.nanoseconds
        if let blockedSince {
            let grace = blockedSince + Self.blockedGrace - now
            if settings.policy == .failFast, grace > 0 { wait = min(wait, grace) }
        } else if let oldest = window.oldestSentAt {
            wait = min(wait, oldest + settings.confirmTimeout.nanoseconds - now)
        }
        if let deadline = inbox.closeDeadline { wait = min(wait, deadline - now) }
        return .nanoseconds(max(0, wait))
    }

    // MARK: Outcomes

    private func takeSubmissions() {
        let submissions = inbox.take(settled: settledCount)
        settledCount = 0
        for submission in submissions { backlog.append(LinkBatch(submission)) }
    }

    private func settle(_ ticket: LinkTicket, _ outcome: AMQPPublishOutcome) {
        settledCount += 1
        if suspects > 0 { suspects -= 1 }
        if ticket.batch.settle(ticket.index, outcome) { finished.append(ticket.batch) }
    }

    private func failBacklog(_ reason: AMQPPublishOutcome.Reason) {
        takeSubmissions()
        while let ticket = backlog.first {
            settle(ticket, .notSent(reason))
            backlog.removeFirst()
        }
    }

    private func deliverOutcomes() {
        guard !finished.isEmpty else { return }
        // Booked off first: who is told of an outcome may submit the next messages at once.
        takeSubmissions()
        let batches = finished
        finished = []
        for batch in batches { batch.complete() }
    }

    // MARK: State and end

    private var isClosing: Bool {
        guard let deadline = inbox.closeDeadline else { return false }
        takeSubmissions()
        return (backlog.isEmpty && window.isEmpty) || monotonicNanoseconds() >= deadline
    }

    private func change(to state: AMQPLinkState) {
        if inbox.set(state) { onStateChange?(state) }
    }

    private func finish() {
        for ticket in window.reset() { settle(ticket, .unknown) }
        failBacklog(.closed)
        deliverOutcomes()
        change(to: .closed)
        inbox.end()
    }
}
