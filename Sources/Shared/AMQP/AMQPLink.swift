import Foundation
import Logging

/// A lasting way to publish: owns a thread and a connection, connects again for ever, declares the topology each time and
/// answers for each message what became of it.
///
/// With `replies` it also is the asking half of request and reply: publish with ``replyAddress`` in `replyTo` and a correlation id.
public final class AMQPLink: Sendable {
    /// What happens to messages while there is no broker.
    public enum Policy: Sendable {
        /// They wait, and what was sent but not confirmed is sent again in order: at least once. For workers.
        case resend
        /// They get their outcome at once, so that the caller can answer 503. For the gateway.
        case failFast
    }

    public struct Settings: Sendable {
        public var endpoint: AMQPEndpoint
        /// Of the connection, as the broker's tools show it, and of the thread.
        public var name: String
        public var policy: Policy
        /// Messages sent and not confirmed at one time.
        public var window = 256
        /// Messages submitted and without outcome at one time; beyond, `.notSent(.overloaded)`.
        public var queueLimit = 8192
        /// No confirm for so long: the connection is dropped and the policy applied.
        public var confirmTimeout: Duration = .seconds(5)
        /// Blocked for so long: the connection is dropped and opened again, in case the broker's word of relief was lost.
        public var blockedLimit: Duration = .seconds(60)
        /// Longest body; the broker closes the channel on more than its own `max_message_size`.
        public var bodyLimit = 1 << 20
        public var heartbeat = 20

        public init(endpoint: AMQPEndpoint, name: String, policy: Policy) {
            self.endpoint = endpoint
            self.name = name
            self.policy = policy
        }
    }

    /// The address that makes the broker bring a reply to this very connection. Worth nothing as a target of `mandatory` messages.
    public static let replyAddress = "amq.rabbitmq.reply-to"

    private let inbox: LinkInbox

    /// Starts the thread, which connects at once.
    ///
    /// - Parameters:
    ///   - settings: Where to and how.
    ///   - logger: Told about lost and gained connections, not about messages.
    ///   - topology: Declares what this link needs, on each new connection before anything is published. What it throws counts as a
    ///     failed attempt to connect.
    ///   - replies: Gets the replies, all that came in at once in one call, on the link's thread. They need no acknowledgement;
    ///     drop one whose correlation id nobody waits for.
    ///   - onStateChange: Called on the link's thread.
    /// - Throws: ``AMQPError`` `.invalid` when the process has no file descriptor left.
    public init(
        _ settings: Settings, logger: Logger,
        topology: @escaping @Sendable (AMQPConnection) throws -> Void = { _ in },
        replies: (@Sendable ([AMQPDelivery]) -> Void)? = nil,
        onStateChange: (@Sendable (AMQPLinkState) -> Void)? = nil
    ) throws {
        inbox = try LinkInbox(limit: settings.queueLimit, failsFast: settings.policy == .failFast)
        let thread = Thread { [inbox] in
            LinkThread(
                settings, inbox: inbox, logger: logger, topology: topology, replies: replies,
                onStateChange: onStateChange
            ).run()
        }
        thread.name = settings.name
        thread.start()
    }

    deinit { inbox.beginClosing(deadline: monotonicNanoseconds()) }

    public var state: AMQPLinkState { inbox.state }

    /// Publishes messages, in order.
    ///
    /// What threads submit while the link is busy leaves together.
    ///
    /// - Parameters:
    ///   - messages: To publish.
    ///   - completion: Gets one outcome for each, in their order, once all are known. Runs on the link's thread, which waits for
    ///     it; or before `submit` returns when the link takes none of them (`notSent`).
    public func submit(
        _ messages: [AMQPMessage], completion: @escaping @Sendable ([AMQPPublishOutcome]) -> Void
    ) {
        guard !messages.isEmpty else { return completion([]) }
        guard let reason = inbox.add(LinkInbox.Submission(messages: messages, completion: completion)) else { return }
        completion(Array(repeating: .notSent(reason), count: messages.count))
    }

    /// Publishes messages and waits for their outcomes, one each in their order.
    public func publish(_ messages: [AMQPMessage]) async -> [AMQPPublishOutcome] {
        await withCheckedContinuation { continuation in
            submit(messages) { continuation.resume(returning: $0) }
        }
    }

    /// Takes nothing more, waits until everything submitted has its outcome, and closes the connection.
    ///
    /// - Parameter drain: Longest wait; then what was sent is `unknown`, what was not is `notSent(.closed)`.
    public func close(drain: Duration) async {
        let (deadline, isFarOff) = monotonicNanoseconds().addingReportingOverflow(drain.nanoseconds)
        inbox.beginClosing(deadline: isFarOff ? .max : deadline)
        await inbox.waitForEnd()
    }
}
