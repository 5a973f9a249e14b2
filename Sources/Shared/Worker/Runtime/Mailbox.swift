import AMQP
import Contracts
import Synchronization

/// What other threads tell the decision loop.
final class Mailbox: Sendable {
    enum Note: Sendable {
        /// A result of an effect, to be decided like any message.
        case decide(Message)
        /// An effect that is to be begun again later.
        case postpone(Identifier, attempt: Int, until: Timestamp)
        /// What messages were put aside for may have come.
        case recall
        /// The broker has everything of an outbox row.
        case confirmed(batch: Int64)
        /// A copy of the message (retried, parked, forwarded) is safe: its delivery is settled.
        case settled(DeliveryID)
        /// The copy did not arrive: the message is handled anew.
        case unsettled(DeliveryID, Message)
    }

    let wake: WakeSignal
    private let notes = Mutex<[Note]>([])
    private let stopping = Atomic<Bool>(false)

    init() throws { wake = try WakeSignal() }

    /// Wakes the loop, except for a confirm, which has time until the next batch.
    func post(_ note: Note) {
        notes.withLock { $0.append(note) }
        if case .confirmed = note { return }
        wake.signal()
    }

    func takeAll() -> [Note] {
        notes.withLock { notes in
            let all = notes
            notes.removeAll(keepingCapacity: true)
            return all
        }
    }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wake.signal()
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }
}
