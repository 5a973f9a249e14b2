import AMQP
import Bus
import Contracts
import Synchronization

/// Everything a worker sends: replies, events, messages to other workers, and copies for retry and parking. Over one
/// link with confirms, on a connection of its own, so that acknowledgements never wait behind publishes.
final class Outbound: Sendable {
    private let link: AMQPLink
    private let worker: WorkerName
    private let mailbox: Mailbox
    /// Outbox rows on their way to the broker.
    private let inFlight = Mutex<Set<Int64>>([])
    /// Outbox rows that the broker did not take; they wait for the relay.
    private let refused = Mutex<Set<Int64>>([])

    init(link: AMQPLink, worker: WorkerName, mailbox: Mailbox) {
        self.link = link
        self.worker = worker
        self.mailbox = mailbox
    }

    var batchesInFlight: Set<Int64> { inFlight.withLock { $0 } }

    var batchesRefused: Set<Int64> { refused.withLock { $0 } }

    /// Replies are hints: nobody waits for their confirm.
    func send(_ replies: [(queue: String, reply: AddressedReply)]) {
        guard !replies.isEmpty else { return }
        link.submit(AddressedReply.bundles(replies)) { _ in }
    }

    /// Publishes what an outbox row holds; when all of it is confirmed the row may go. What is not confirmed stays for
    /// the relay.
    func publish(_ events: [Event], _ sends: [Message], batch: Int64) {
        var messages = events.filter(\.isPublic).map { $0.publicMessage(from: worker) }
        messages += Message.fleetBundles(events.filter { FleetRoutes.isHeard($0.type) }.map(\.message))
        messages += Message.commandBundles(sends)
        guard !messages.isEmpty else { return mailbox.post(.confirmed(batch: batch)) }
        inFlight.withLock { _ = $0.insert(batch) }
        refused.withLock { _ = $0.remove(batch) }
        link.submit(messages) { [self] outcomes in
            let isComplete = outcomes.allSatisfy { $0 == .confirmed }
            if !isComplete { refused.withLock { _ = $0.insert(batch) } }
            inFlight.withLock { _ = $0.remove(batch) }
            if isComplete { mailbox.post(.confirmed(batch: batch)) }
        }
    }

    /// Sends a copy that takes the place of a message; then the message's delivery is settled.
    func replace(_ message: Message, of delivery: DeliveryID, by copy: AMQPMessage) {
        link.submit([copy]) { [mailbox] outcomes in
            mailbox.post(outcomes.first == .confirmed ? .settled(delivery) : .unsettled(delivery, message))
        }
    }
}
