import Contracts
import Postgres

/// The state of one batch on its way through the steps.
struct Batch<H: Handler> {
    typealias HandlerWork = Work<H.Key, H.Rules.Command>

    let messages: [Message]
    let now: Timestamp
    let assumesNew: Bool
    var result: BatchResult<H>
    var hasBegun = false

    /// Index of the first message with the same id, for those that repeat one of this very batch.
    private var echoes: [(index: Int, first: Int)] = []
    private var works: [(index: Int, work: HandlerWork)] = []
    private var refusals: [(index: Int, problem: Problem)] = []
    var states: [H.Key: H.Rules.State] = [:]
    var before: [H.Key: H.Rules.State] = [:]
    var changedKeys: [H.Key] = []
    var unpublishedSubjects: Set<String> = []
    var entries: [RuntimeStatements.InboxEntry] = []
    /// The reply of each message that has one, by index.
    var replies: [Int: Reply] = [:]
    /// Messages whose answers are put off, by index.
    private var running: Set<Int> = []
    private var resolutions: [(id: Identifier, answer: Decision<H.Rules.Change>.Answer, state: H.Rules.State?)] = []
    var resolved: [(Identifier, [UInt8])] = []
    var joins: [Message] = []
    var effects: [Effect] = []
    var timers: [TimerChange] = []
    var changes: [(H.Rules.Change, H.Rules.State)] = []

    init(_ messages: [Message], at now: Timestamp, assumesNew: Bool) {
        self.messages = messages
        self.now = now
        self.assumesNew = assumesNew
        result = BatchResult(verdicts: Array(repeating: .settled, count: messages.count))
    }

    var needsTransaction: Bool { !works.isEmpty || !refusals.isEmpty || !echoes.isEmpty }

    // MARK: 1. Intake

    mutating func takeIn(_ handler: H, _ aside: [Int: HandlerWork], _ overrides: [Identifier: Problem]) {
        var seen: [Identifier: Int] = [:]
        seen.reserveCapacity(messages.count)
        for (index, message) in messages.enumerated() {
            if let first = seen[message.id] {
                echoes.append((index, first))
                continue
            }
            seen[message.id] = index
            if let problem = overrides[message.id] {
                refusals.append((index, problem))
                continue
            }
            if let work = aside[index] {
                works.append((index, work))
                continue
            }
            guard message.type != Message.unreadable else {
                result.verdicts[index] = .park(reason: "no readable bundle")
                continue
            }
            do {
                switch try handler.intake(message) {
                case .command(let key, let command):
                    works.append((index, Work(message: message, key: key, command: command)))
                case .refusal(let problem): refusals.append((index, problem))
                case .ignored: break
                }
            } catch {
                result.verdicts[index] = .park(reason: "intake: \(error)")
            }
        }
    }

    // MARK: 2. Prepare

    mutating func prepare(_ handler: H, _ read: (Statement) throws -> Rows) throws {
        guard !works.isEmpty else { return }
        let verdicts = try handler.prepare(works.map { $0.work }, read)
        var ready: [(index: Int, work: HandlerWork)] = []
        ready.reserveCapacity(works.count)
        for (entry, verdict) in zip(works, verdicts) {
            switch verdict {
            case .ready(let command):
                ready.append(
                    (entry.index, Work(message: entry.work.message, key: entry.work.key, command: command)))
            case .found(let key, let command):
                ready.append((entry.index, Work(message: entry.work.message, key: key, command: command)))
            case .refused(let problem): refusals.append((entry.index, problem))
            case .waiting:
                result.verdicts[entry.index] = .wait
                result.aside[entry.index] = entry.work
            case .retry(let reason, let atLast):
                if let atLast, RetryLadder.isExhausted(entry.work.message) {
                    refusals.append((entry.index, atLast))
                } else {
                    result.verdicts[entry.index] = .retry(reason: reason, atLast: atLast)
                }
            }
        }
        works = ready
    }

    // MARK: 3. First round trip

    mutating func load(
        _ handler: H, owner: Identifier, refused: Set<Int64>, on connection: () -> PostgresConnection
    ) throws {
        let remembered = works.map { $0.index }.filter { !messages[$0].isLocal } + refusals.map { $0.index }
        let dueTimers = works.compactMap { messages[$0.index].timer }
        let results = works.compactMap { messages[$0.index].effectResult }
        let loads = handler.load(works.map { $0.work })
        if assumesNew, loads.isEmpty, dueTimers.isEmpty, results.isEmpty { return }

        hasBegun = true
        var statements: [Statement] = [.begin, RuntimeStatements.handled(remembered.map { messages[$0].id })]
        if !dueTimers.isEmpty { statements.append(RuntimeStatements.take(dueTimers)) }
        if !results.isEmpty { statements.append(RuntimeStatements.settle(results)) }
        statements += loads
        // After the locks are held: only then the outbox shows what others have committed for these aggregates.
        if !loads.isEmpty {
            statements.append(RuntimeStatements.unpublishedSubjects(owner: owner, refused: refused))
        }
        var rows = try connection().pipeline(statements)[...]

        _ = rows.popFirst()
        let handled = rows.popFirst()
        let takenTimers = dueTimers.isEmpty ? nil : rows.popFirst()
        let settledEffects = results.isEmpty ? nil : rows.popFirst()
        let unpublished = loads.isEmpty ? nil : rows.popLast()

        try dropLate(takenTimers, settledEffects)
        if let handled, !handled.isEmpty { try answerRepeats(handled) }
        if let unpublished {
            for row in unpublished { unpublishedSubjects.formUnion(try row.textArray(0).compactMap { $0 }) }
        }
        if !loads.isEmpty {
            states = try handler.states(Array(rows), works.map { $0.work })
            before = states
        }
    }

    /// Timers that were set anew, and results of attempts that are over, decide nothing.
    private mutating func dropLate(_ timers: Rows?, _ effects: Rows?) throws {
        if let timers {
            var taken: Set<String> = []
            for row in timers { taken.insert("\(try row.text(0))\n\(try row.text(1))") }
            works.removeAll { entry in
                // Once: it may have been leased again while it lay in the backlog.
                messages[entry.index].timer.map { taken.remove("\($0.name)\n\($0.subject)") == nil } ?? false
            }
        }
        if let effects {
            var settled: Set<Identifier> = []
            for row in effects { settled.insert(Identifier(try row.uuid(0))) }
            works.removeAll { entry in
                messages[entry.index].effectResult.map { !settled.contains($0.0) } ?? false
            }
        }
    }

    /// Messages that were handled before get their stored answer and are not decided again.
    private mutating func answerRepeats(_ rows: Rows) throws {
        var known: [Identifier: Row] = [:]
        for row in rows { known[Identifier(try row.uuid(0))] = row }
        let indexes = (works.map { $0.index } + refusals.map { $0.index } + echoes.map { $0.index }).sorted()
        echoes.removeAll { known[messages[$0.index].id] != nil }
        works.removeAll { known[messages[$0.index].id] != nil }
        refusals.removeAll { known[messages[$0.index].id] != nil }
        for index in indexes {
            let message = messages[index]
            guard let row = known[message.id] else { continue }
            // Ids of keyed commands are hashes: one that another caller made to collide must not show its answer.
            let isSameCaller = try row.text(4) == message.tenant && row.text(5) == message.actor.text
            let stored = try isSameCaller ? storedReply(row, to: message) : nil
            let fingerprint = try isSameCaller ? UInt64(bitPattern: row.int64(1)) : ~message.fingerprint
            let token = UInt64(bitPattern: try row.int64(2))
            switch Repetition(
                of: message, fingerprint: fingerprint, token: token, stored: stored,
                hasCompleted: try row.bool(8))
            {
            case .answer(let reply): replies[index] = reply
            case .join: joins.append(message)
            case .nothing: break
            }
        }
    }

    /// The reply of an inbox row, with what it quotes of an event; without that event it would be half an answer.
    private func storedReply(_ row: Row, to message: Message) throws -> Reply? {
        guard var reply = try row.bytesOrNil(3).map({ try Reply(encoded: $0) }) else { return nil }
        guard try !row.isNull(7) else { return reply }
        let quoted = try row.bytesOrNil(6) ?? []
        guard quoted.count == Int(try row.int32(7)) else {
            return Problem(.internalError, "It was done, but its answer is not kept any more.").reply(to: message)
        }
        reply.body.insert(contentsOf: quoted, at: 0)
        return reply
    }

    // MARK: 4. Decide

    mutating func decide(_ handler: H) {
        for (index, problem) in refusals { refuse(index, problem) }
        var changed: Set<H.Key> = []
        for (index, work) in works {
            let message = work.message
            let context = DecisionContext(message: message, now: now)
            let decision = handler.rules.decide(work.command, states[work.key], context)
            var state = states[work.key]
            let told = result.events.endIndex
            for change in decision.changes {
                let next = handler.rules.evolve(state, change, context)
                result.events += handler.events(for: change, next, context)
                changes.append((change, next))
                state = next
            }
            if !decision.changes.isEmpty {
                states[work.key] = state
                if changed.insert(work.key).inserted { changedKeys.append(work.key) }
            }
            result.sends += decision.sends
            effects += decision.effects.map { $0.caused(by: message) }
            timers += decision.timers
            resolutions += decision.resolutions.map { ($0.0, $0.1, state) }
            conclude(index, decision.answer, state, told, handler)
        }
        answerEchoes()
    }

    /// Repeats of messages of this very batch: answered like any repeat when the first is decided, else they share its lot.
    private mutating func answerEchoes() {
        for (index, first) in echoes {
            let (echo, original) = (messages[index], messages[first])
            guard isSettled(first) || echo.fingerprint != original.fingerprint else {
                follow(index, first)
                continue
            }
            switch Repetition(
                of: echo, fingerprint: original.fingerprint, token: original.replyTo?.token ?? 0,
                stored: replies[first], hasCompleted: !running.contains(first))
            {
            case .answer(let answer): replies[index] = answer
            case .join: joins.append(echo)
            case .nothing: break
            }
        }
    }

    private func isSettled(_ index: Int) -> Bool {
        if case .settled = result.verdicts[index] { true } else { false }
    }

    private mutating func follow(_ index: Int, _ first: Int) {
        switch result.verdicts[first] {
        case .forward(let form): result.verdicts[index] = .forward(messages[index].forwarded(like: form))
        case let verdict: result.verdicts[index] = verdict
        }
        if let work = result.aside[first] {
            result.aside[index] = HandlerWork(message: messages[index], key: work.key, command: work.command)
        }
    }

    private mutating func conclude(
        _ index: Int, _ answer: Decision<H.Rules.Change>.Answer, _ state: H.Rules.State?, _ told: Int, _ handler: H
    ) {
        let message = messages[index]
        switch answer {
        case .forward(let forwarded):
            result.verdicts[index] = .forward(message.forwarded(as: forwarded))
            return
        case .tryAgain(let reason):
            result.verdicts[index] = .retry(reason: reason, atLast: nil)
            return
        case .later: running.insert(index)
        default: replies[index] = reply(answer, state, to: message, handler)
        }
        remember(index, result.events[told...])
    }

    private mutating func refuse(_ index: Int, _ problem: Problem) {
        replies[index] = problem.reply(to: messages[index])
        remember(index)
    }

    /// `events`: what the message has led to.
    private mutating func remember(_ index: Int, _ events: ArraySlice<Event> = []) {
        let message = messages[index]
        guard !message.isLocal else { return }
        entries.append(
            RuntimeStatements.InboxEntry(
                message: message, fingerprint: message.fingerprint, reply: replies[index],
                quotation: replies[index].flatMap { Quotation(of: $0, in: events) },
                isRunning: running.contains(index)))
    }

    private func reply(
        _ answer: Decision<H.Rules.Change>.Answer, _ state: H.Rules.State?, to message: Message, _ handler: H
    ) -> Reply? {
        switch answer {
        case .resource(let status): state.map { handler.reply(status: status, $0, to: message) }
        case .reply(let reply): reply
        case .refusal(let problem): problem.reply(to: message)
        case .none, .later, .tryAgain, .forward: nil
        }
    }

    // MARK: 5. Answers that were put off earlier

    mutating func render(_ handler: H, on connection: () -> PostgresConnection) throws {
        guard !resolutions.isEmpty else { return }
        let connection = connection()
        if !hasBegun { _ = try connection.run(.begin) }
        hasBegun = true
        var askers: [Identifier: Message] = [:]
        for row in try connection.run(RuntimeStatements.askers(resolutions.map { $0.id })) {
            askers[Identifier(try row.uuid(0))] = try Message(encoded: try row.bytes(1))
        }
        for (id, answer, state) in resolutions {
            // A command that was put off and resolved in one batch is not stored yet.
            let position = entries.firstIndex { $0.message.id == id }
            guard let asker = position.map({ entries[$0].message }) ?? askers[id],
                let reply = reply(answer, state, to: asker, handler)
            else { continue }
            if let position {
                entries[position] = RuntimeStatements.InboxEntry(
                    message: asker, fingerprint: asker.fingerprint, reply: reply, isRunning: false)
            } else {
                resolved.append((id, reply.encoded()))
            }
            // Who joined in this very batch hears it too.
            for message in [asker] + joins where message.id == id { send(reply, to: message) }
            joins.removeAll { $0.id == id }
        }
    }

    mutating func send(_ reply: Reply, to message: Message) {
        guard let address = message.replyTo else { return }
        result.replies.append((address.queue, AddressedReply(token: address.token, reply: reply)))
    }
}
