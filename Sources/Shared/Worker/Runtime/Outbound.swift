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
    private let state = Mutex(State())

    private struct State {
        /// Outbox rows on their way to the broker, with how many parts of them are.
        var inFlight: [Int64: Int] = [:]
        /// Outbox rows that the broker did not take; they wait for the relay.
        var refused: Set<Int64> = []
        var gate = PublicationGate()
    }

    init(link: AMQPLink, worker: WorkerName, mailbox: Mailbox) {
        self.link = link
        self.worker = worker
        self.mailbox = mailbox
    }

    var batchesInFlight: Set<Int64> { state.withLock { Set($0.inFlight.keys) } }

    var batchesRefused: Set<Int64> { state.withLock { $0.refused } }

    /// When ``publishGathered(isDue:)`` has something to do; nil: nothing waits.
    var timeLeft: Duration? { state.withLock { $0.gate.timeLeft } }

    /// Replies are hints: nobody waits for their confirm.
    func send(_ replies: [(queue: String, reply: AddressedReply)]) {
        guard !replies.isEmpty else { return }
        link.submit(AddressedReply.bundles(replies)) { _ in }
    }

    /// Publishes what an outbox row holds; when all of it is confirmed the row may go. What is not confirmed stays for
    /// the relay. What the fleet waits for leaves at once, public events with ``publishGathered(isDue:)``.
    func publish(_ events: [Event], _ sends: [Message], batch: Int64) {
        let own =
            Message.fleetBundles(events.filter { FleetRoutes.isHeard($0.type) }.map(\.message))
            + Message.commandBundles(sends)
        let open = events.filter(\.isPublic).map { $0.publicMessage(from: worker) }
        guard !own.isEmpty || !open.isEmpty else { return mailbox.post(.confirmed(batch: batch)) }
        state.withLock { state in
            state.inFlight[batch] = (own.isEmpty ? 0 : 1) + (open.isEmpty ? 0 : 1)
            state.refused.remove(batch)
            if !open.isEmpty { state.gate.add(PublicationGate.Publication(batch: batch, messages: open)) }
        }
        guard !own.isEmpty else { return }
        link.submit(own) { [self] outcomes in settle(batch, outcomes[...]) }
    }

    /// Publishes the public events that have gathered, when it is time. `isDue`: whatever waits.
    func publishGathered(isDue: Bool = false) {
        let leaving = state.withLock { $0.gate.take(isDue: isDue) }
        guard !leaving.isEmpty else { return }
        link.submit(leaving.flatMap(\.messages)) { [self] outcomes in
            var rest = outcomes[...]
            for publication in leaving {
                settle(publication.batch, rest.prefix(publication.messages.count))
                rest = rest.dropFirst(publication.messages.count)
            }
        }
    }

    /// Notes what became of one part of an outbox row.
    private func settle(_ batch: Int64, _ outcomes: ArraySlice<AMQPPublishOutcome>) {
        let isComplete = state.withLock { state in
            if !outcomes.allSatisfy({ $0 == .confirmed }) { state.refused.insert(batch) }
            let left = (state.inFlight[batch] ?? 1) - 1
            state.inFlight[batch] = left == 0 ? nil : left
            return left == 0 && !state.refused.contains(batch)
        }
        if isComplete { mailbox.post(.confirmed(batch: batch)) }
    }

    /// Sends a copy that takes the place of a message; then the message's delivery is settled.
    func replace(_ message: Message, of delivery: DeliveryID, by copy: AMQPMessage) {
        link.submit([copy]) { [mailbox] outcomes in
            mailbox.post(outcomes.first == .confirmed ? .settled(delivery) : .unsettled(delivery, message))
        }
    }
}
