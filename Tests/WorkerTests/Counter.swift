import Contracts
import Worker

/// The aggregate of the test worker: a number with a name.
struct Counter: Sendable, Equatable {
    let name: String
    var value: Int64 = 0
    var version: Int64 = 0
    /// Unique among all counters.
    var label: String?
    /// The command that waits for ``CounterCommand/finish``.
    var waiting: Identifier?
    /// Made by ``CounterCommand/new(_:)`` and not stored yet.
    var isNew = false
}

enum CounterCommand: Sendable {
    case add(Int64)
    /// Of a counter that is certainly not there yet, so that nothing is loaded.
    case new(Int64)
    case label(String)
    /// Answered when ``finish`` comes.
    case later
    case finish
    case call(kind: String)
    case called(attempt: Int64)
    case remind(Duration)
    case reminded
    case forward(as: String)
    case tryLater
    case aside(begun: ContinuousClock.Instant)
}

enum CounterChange: Sendable, Equatable {
    case added(Int64)
    case made(Int64)
    case labelled(String)
    case waits(Identifier)
    case finished
    case called
    case reminded
}

struct CounterRules: Decider {
    /// What a body may say that a counter refuses.
    static let unlucky: Int64 = 13

    func decide(_ command: CounterCommand, _ state: Counter?, _ context: DecisionContext) -> Decision<CounterChange> {
        let name = state?.name ?? context.message.subject
        switch command {
        case .add(Self.unlucky): return .refuse(Problem(.conflict, "Not by thirteen."))
        case .add(let amount): return .accept([.added(amount)], answer: .resource(status: 200))
        case .new(let amount): return .accept([.made(amount)], answer: .resource(status: 201))
        case .label(let text): return .accept([.labelled(text)], answer: .resource(status: 200))
        case .later: return Decision([.waits(context.message.id)], answer: .later)
        case .finish:
            guard let waiting = state?.waiting else { return .ignore }
            return Decision([.finished], resolutions: [(waiting, .resource(status: 201))])
        case .call(let kind):
            let effect = Effect(
                id: context.derivedID("call"), kind: kind, subject: name, tenant: context.tenant,
                body: Array("{}".utf8))
            return Decision([.added(1)], answer: .resource(status: 202), effects: [effect])
        case .called: return .accept([.called])
        case .remind(let delay):
            let timer = TimerChange.set(
                "remind", subject: name, tenant: context.tenant, at: context.now.adding(delay))
            return Decision([.added(1)], answer: .resource(status: 200), timers: [timer])
        case .reminded: return .accept([.reminded])
        case .forward(let type):
            var message = context.message
            message.type = type
            message.body = JSONWriter.object {
                $0.member("by", 1)
                $0.member("seen", state?.value ?? 0)
            }
            return Decision(answer: .forward(message))
        case .tryLater, .aside: return .accept([.added(1)], answer: .resource(status: 200))
        }
    }

    func evolve(_ state: Counter?, _ change: CounterChange, _ context: DecisionContext) -> Counter {
        var counter = state ?? Counter(name: context.message.subject)
        counter.version += 1
        switch change {
        case .added(let amount): counter.value += amount
        case .made(let amount):
            counter.value = amount
            counter.isNew = true
        case .labelled(let text): counter.label = text
        case .waits(let id): counter.waiting = id
        case .finished: counter.waiting = nil
        case .called: counter.value += 100
        case .reminded: counter.value += 1000
        }
        return counter
    }
}
