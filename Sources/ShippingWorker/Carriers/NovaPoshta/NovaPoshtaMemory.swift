import Contracts
import Synchronization

/// What does not change for a while: the sender for an hour, settlements for a day (the carrier's advice).
final class NovaPoshtaMemory: Sendable {
    private struct State {
        var sender: (value: NovaPoshtaSender, at: Timestamp)?
        var settlements: [String: (value: NovaPoshtaReplies.Settlement, at: Timestamp)] = [:]
    }

    private let state = Mutex(State())
    private static let settlementLimit = 10_000

    func sender(at now: Timestamp) -> NovaPoshtaSender? {
        state.withLock { state in
            state.sender.flatMap { now.since($0.at) < .seconds(3600) ? $0.value : nil }
        }
    }

    func keep(_ sender: NovaPoshtaSender, at now: Timestamp) {
        state.withLock { $0.sender = (sender, now) }
    }

    func settlement(_ name: String, at now: Timestamp) -> NovaPoshtaReplies.Settlement? {
        state.withLock { state in
            state.settlements[name].flatMap { now.since($0.at) < .seconds(86_400) ? $0.value : nil }
        }
    }

    func keep(_ settlement: NovaPoshtaReplies.Settlement, named name: String, at now: Timestamp) {
        state.withLock { state in
            if state.settlements.count >= Self.settlementLimit { state.settlements.removeAll() }
            state.settlements[name] = (settlement, now)
        }
    }
}
