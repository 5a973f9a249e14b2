import AMQP
import Contracts
import Service
import Synchronization

/// Runs the questions to other services, each as a task of its own, and tells the query loop when one has ended.
final class InquiryRunner: Sendable {
    struct Ended: Sendable {
        let inquiry: Message
        let plan: QueryPlan
    }

    private struct State {
        var running = 0
        var ended: [Ended] = []
    }

    private let mailbox: Mailbox
    private let limit: Int
    private let state = Mutex(State())

    init(mailbox: Mailbox, limit: Int = 256) {
        self.mailbox = mailbox
        self.limit = limit
    }

    /// Nothing runs, and nothing waits to be answered.
    var isIdle: Bool { state.withLock { $0.running == 0 && $0.ended.isEmpty } }

    /// False: as many as may run do so already.
    func begin(_ inquiry: Message, _ ask: @escaping @Sendable () async -> QueryPlan) -> Bool {
        let hasRoom = state.withLock { state in
            guard state.running < limit else { return false }
            state.running += 1
            return true
        }
        guard hasRoom else { return false }
        let trace = inquiry.traceparent.flatMap { TraceContext(traceparent: $0) } ?? .root()
        Task {
            let plan = await TraceContext.$current.withValue(trace) { await ask() }
            state.withLock { state in
                state.running -= 1
                state.ended.append(Ended(inquiry: inquiry, plan: plan))
            }
            mailbox.wake.signal()
        }
        return true
    }

    func takeEnded() -> [Ended] {
        state.withLock { state in
            defer { state.ended = [] }
            return state.ended
        }
    }

    /// The database was lost: they are answered when it is back.
    func putBack(_ ended: ArraySlice<Ended>) {
        state.withLock { $0.ended.insert(contentsOf: ended, at: 0) }
    }
}
