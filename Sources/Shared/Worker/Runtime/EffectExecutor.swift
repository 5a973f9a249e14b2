import Contracts
import Logging
import Service
import Synchronization

/// Runs leased effects, at most ``limit`` at a time, and tells the decision loop their results.
final class EffectExecutor: Sendable {
    private let handler: any EffectHandler
    private let mailbox: Mailbox
    private let limit: Int
    private let running = Mutex(0)

    init(_ handler: any EffectHandler, mailbox: Mailbox, limit: Int = 64) {
        self.handler = handler
        self.mailbox = mailbox
        self.limit = limit
    }

    /// How many more effects may be begun now.
    var capacity: Int { max(0, limit - running.withLock { $0 }) }

    var isIdle: Bool { running.withLock { $0 == 0 } }

    /// Begins effects that this process holds the lease of.
    func begin(_ effects: [Effect]) {
        guard !effects.isEmpty else { return }
        running.withLock { $0 += effects.count }
        for (kind, group) in Dictionary(grouping: effects, by: \.kind) {
            let size = max(1, handler.batchLimit(kind: kind))
            for start in stride(from: 0, to: group.count, by: size) {
                let chunk = Array(group[start..<min(start + size, group.count)])
                Task { await perform(chunk) }
            }
        }
    }

    private func perform(_ effects: [Effect]) async {
        let outcomes = await TraceContext.$current.withValue(trace(of: effects)) {
            await CallLimit.$end.withValue(effects.compactMap(\.leasedUntil).min()) { await handler.perform(effects) }
        }
        for (effect, outcome) in zip(effects, outcomes) {
            switch outcome {
            case .done(let body): mailbox.post(.decide(.result(of: effect, body)))
            case .retry(let delay, _):
                mailbox.post(.postpone(effect.id, attempt: effect.attempt, until: Timestamp.now.adding(delay)))
            }
        }
        // Whoever finds nothing running finds the results in the mailbox.
        running.withLock { $0 -= effects.count }
    }

    /// A call for several pieces of work belongs to none of their traces.
    private func trace(of effects: [Effect]) -> TraceContext {
        let own = effects.count == 1 ? effects[0].traceparent.flatMap { TraceContext(traceparent: $0) } : nil
        return own ?? .root()
    }
}
