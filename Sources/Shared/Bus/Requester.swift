import AMQP
import Contracts
import Logging
import Synchronization

/// Asks workers and waits for their answers over direct reply-to. One instance serves a whole gateway.
public final class Requester: Sendable {
    /// What became of a question.
    public enum Outcome: Sendable {
        case reply(Reply)
        /// The broker keeps it until it is handled (of a query: has it); no answer came in time.
        case accepted
        /// It was certainly not accepted: nothing was stored.
        case notSent
        /// It may have been handled or accepted, but nobody has said so.
        case uncertain
    }

    private struct Waiter {
        let continuation: CheckedContinuation<Outcome, Never>
        let sender: BundleSender
        let type: String
        let deadline: ContinuousClock.Instant
        /// How many workers are asked; all but the last may say 404.
        var awaited: Int
        var isConfirmed = false
        /// Its time is up, but whether the broker took it is not known yet.
        var isOverdue = false
    }

    private struct State {
        var waiters: [UInt64: Waiter] = [:]
        /// Begins anywhere: with the message's id it tells a client's repeat from the broker's, also when another gateway had
        /// the first one.
        var nextToken = UInt64.random(in: 1...UInt64.max / 2)
    }

    private final class Shared: Sendable {
        let state = Mutex(State())

        func receive(_ deliveries: [AMQPDelivery]) {
            for delivery in deliveries where delivery.properties.contentType == Bundle.replies {
                guard let replies = try? Bundle.unpackReplies(delivery.body) else { continue }
                let ready = state.withLock { state in
                    replies.compactMap { entry -> (Waiter, Reply)? in
                        guard var waiter = state.waiters[entry.token] else { return nil }
                        waiter.awaited -= 1
                        if entry.reply.status == 404, waiter.awaited > 0 {
                            state.waiters[entry.token] = waiter
                            return nil
                        }
                        state.waiters[entry.token] = nil
                        return (waiter, entry.reply)
                    }
                }
                Requester.finish(ready.map { ($0, .reply($1)) })
            }
        }
    }

    private let shared = Shared()
    private let link: AMQPLink
    private let requests: BundleSender
    private let commands: BundleSender
    private let queries: BundleSender
    /// Most questions open at once; above it the caller sheds load.
    private let limit: Int

    /// Connects at once, and again for ever. Throws ``AMQPError`` when the process has no file descriptor left.
    public init(
        endpoint: AMQPEndpoint, name: String, logger: Logger, limit: Int = 4096,
        onStateChange: (@Sendable (AMQPLinkState) -> Void)? = nil
    ) throws {
        self.limit = limit
        let shared = shared
        link = try AMQPLink(
            AMQPLink.Settings(endpoint: endpoint, name: name, policy: .failFast), logger: logger,
            topology: { try Topology.declareExchanges($0) }, replies: { shared.receive($0) },
            onStateChange: onStateChange)
        requests = BundleSender(link: link, pack: Message.requestBundles)
        commands = BundleSender(link: link, pack: Message.commandBundles)
        queries = BundleSender(link: link, pack: Message.queryBundles)
    }

    public var state: AMQPLinkState { link.state }

    /// How many questions are open.
    public var openCount: Int { shared.state.withLock { $0.waiters.count } }

    /// Sends a change and waits for its answer. While somebody waits, nothing is promised yet and the broker need not keep it:
    /// it travels as a request, which costs no write to a disk. When no answer comes in time it is sent again, as a command
    /// that the broker keeps; a worker that gets both handles the first only.
    public func command(_ message: Message, wait: Duration) async -> Outcome {
        switch await ask(message, requests, wait: wait, workers: 1) {
        case .reply(let reply): return .reply(reply)
        case .notSent: return .notSent
        case .accepted, .uncertain:
            if case .accepted = await submit(message) { return .accepted }
            return .uncertain
        }
    }

    /// Sends a change as a command, whose answer nobody waits for; ends as soon as it is known whether the broker has it.
    public func submit(_ message: Message) async -> Outcome {
        await withCheckedContinuation { continuation in
            commands.send(message, isQuestion: false) { outcome in
                switch outcome {
                case .confirmed: continuation.resume(returning: .accepted)
                case .unknown: continuation.resume(returning: .uncertain)
                default: continuation.resume(returning: .notSent)
                }
            }
        }
    }

    /// Asks `workers` kinds of worker that are bound to the query; the first that knows answers.
    public func query(_ message: Message, wait: Duration, workers: Int = 1) async -> Outcome {
        var message = message
        message.deadline = Timestamp.now.adding(wait)
        return await ask(message, queries, wait: wait, workers: workers)
    }

    private func ask(_ message: Message, _ sender: BundleSender, wait: Duration, workers: Int) async -> Outcome {
        await withCheckedContinuation { continuation in
            let token = shared.state.withLock { state -> UInt64? in
                guard state.waiters.count < limit else { return nil }
                let token = state.nextToken
                state.nextToken += 1
                state.waiters[token] = Waiter(
                    continuation: continuation, sender: sender, type: message.type,
                    deadline: ContinuousClock.now + wait, awaited: workers)
                return token
            }
            guard let token else { return continuation.resume(returning: .notSent) }
            var message = message
            message.replyTo = Message.ReplyAddress(queue: Message.ReplyAddress.direct, token: token)
            sender.send(message, isQuestion: true) { [self] outcome in settle(token, outcome) }
        }
    }

    private func settle(_ token: UInt64, _ outcome: AMQPPublishOutcome) {
        let ended = shared.state.withLock { state -> Waiter? in
            guard let waiter = state.waiters[token] else { return nil }
            guard outcome == .confirmed, !waiter.isOverdue else { return state.waiters.removeValue(forKey: token) }
            state.waiters[token]?.isConfirmed = true
            return nil
        }
        guard let ended else { return }
        switch outcome {
        case .confirmed: Self.finish([(ended, .accepted)])
        case .unknown: Self.finish([(ended, .uncertain)])
        default: Self.finish([(ended, .notSent)])
        }
    }

    /// Tells the senders that their questions are settled, and the askers how.
    private static func finish(_ ended: [(waiter: Waiter, outcome: Outcome)]) {
        var rest = ended[...]
        while let first = rest.first?.waiter {
            let alike = rest.prefix { $0.waiter.sender === first.sender && $0.waiter.type == first.type }
            first.sender.settled(first.type, count: alike.count)
            rest = rest[alike.endIndex...]
        }
        for (waiter, outcome) in ended { waiter.continuation.resume(returning: outcome) }
    }

    /// Ends the waiting of questions whose time is up; one that is not confirmed yet waits for that, which the link
    /// bounds. Runs until it is cancelled.
    public func expireOverdue() async {
        while !Task.isCancelled {
            let now = ContinuousClock.now
            let overdue = shared.state.withLock { state -> [Waiter] in
                let tokens = state.waiters.filter { $0.value.deadline <= now }.keys
                return tokens.compactMap { token in
                    guard state.waiters[token]?.isConfirmed == true else {
                        state.waiters[token]?.isOverdue = true
                        return nil
                    }
                    return state.waiters.removeValue(forKey: token)
                }
            }
            Self.finish(overdue.map { ($0, .accepted) })
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    public func close() async { await link.close(drain: .seconds(2)) }
}
