import Contracts
import Postgres
import Service
import Synchronization
import Worker

struct CounterHandler: Handler {
    static let migration = Migration(
        "0001_counters",
        sql: """
            CREATE TABLE counters (
                name text PRIMARY KEY,
                value bigint NOT NULL CONSTRAINT counters_small CHECK (value < 1000000),
                version bigint NOT NULL,
                -- The version that this one was made of.
                base bigint NOT NULL,
                label text CONSTRAINT counters_label UNIQUE,
                waiting uuid
            );
            """)

    /// Bodies are read here: `{"by": 3}`, `{"label": "a"}`, `{"ms": 50}`.
    struct Unreadable: Error {}

    let rules = CounterRules()

    func intake(_ message: Message) throws -> Intake<String, CounterCommand> {
        let body = try JSONParser.parse(message.body.isEmpty ? Array("{}".utf8) : message.body)
        switch message.type {
        case "counter.add": return .command(message.subject, .add(body["by"]?.int ?? 1))
        case "counter.new": return .command(message.subject, .new(body["by"]?.int ?? 1))
        case "counter.label": return .command(message.subject, .label(body["label"]?.string ?? ""))
        case "counter.later": return .command(message.subject, .later)
        case "counter.finish": return .command(message.subject, .finish)
        case "counter.call": return .command(message.subject, .call(kind: body["kind"]?.string ?? "good"))
        case "counter.remind": return .command(message.subject, .remind(.milliseconds(body["ms"]?.int ?? 0)))
        case "counter.forward": return .command(message.subject, .forward(as: "counter.add"))
        case "counter.aside": return .command(message.subject, .aside(begun: .now))
        case "counter.try_later": return .command(message.subject, .tryLater)
        case "counter.refuse": return .refusal(Problem(.validationFailed, "Never."))
        case "counter.ignore": return .ignored
        case "timer.remind": return .command(message.subject, .reminded)
        case let type where type.hasPrefix("effect."):
            return .command(message.subject, .called(attempt: body["attempt"]?.int ?? 0))
        default: throw Unreadable()
        }
    }

    func prepare(_ batch: [Work<String, CounterCommand>], _ read: (Statement) throws -> Rows) throws
        -> [Preparation<String, CounterCommand>]
    {
        batch.map { work in
            // What it waits for comes in 50 ms; the tick of the loop brings it back.
            if case .aside(let begun) = work.command, ContinuousClock.now < begun + .milliseconds(50) {
                return .waiting
            }
            guard case .tryLater = work.command else { return .ready(work.command) }
            // A message of the first two tries finds the world not ready.
            return work.message.attempt == 0 || work.message.attempt > 3
                ? .retry(reason: "not yet", atLast: Problem(.unavailable, "Never ready.")) : .ready(work.command)
        }
    }

    func load(_ batch: [Work<String, CounterCommand>]) -> [Statement] {
        let known = batch.filter { if case .new = $0.command { false } else { true } }
        guard !known.isEmpty else { return [] }
        return [
            Statement(
                """
                SELECT name, value, version, label, waiting FROM counters
                WHERE name = ANY($1) ORDER BY name FOR NO KEY UPDATE
                """, [.textArray(known.map(\.key))])
        ]
    }

    func states(_ rows: [Rows], _ batch: [Work<String, CounterCommand>]) throws -> [String: Counter] {
        var counters: [String: Counter] = [:]
        for row in rows[0] {
            let counter = Counter(
                name: try row.text(0), value: try row.int64(1), version: try row.int64(2), label: try row.textOrNil(3),
                waiting: try row.uuidOrNil(4).map { Identifier($0) })
            counters[counter.name] = counter
        }
        return counters
    }

    func save(_ changed: [Changed<String, Counter>]) -> [Saving] {
        let new = changed.map(\.after).filter { $0.isNew }
        let insert = Statement(
            """
            INSERT INTO counters (name, value, version, base)
            SELECT *, 0 FROM unnest($1::text[], $2::bigint[], $3::bigint[])
            """,
            [.textArray(new.map(\.name)), .int64Array(new.map(\.value)), .int64Array(new.map(\.version))])
        let rest = changed.filter { !$0.after.isNew }
        return (new.isEmpty ? [] : [Saving(insert)]) + (rest.isEmpty ? [] : [upsert(rest)])
    }

    private func upsert(_ changed: [Changed<String, Counter>]) -> Saving {
        let counters = changed.map(\.after)
        return Saving(
            Statement(
                """
                INSERT INTO counters (name, value, version, base, label, waiting)
                SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::uuid[])
                ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = excluded.version,
                    base = excluded.base, label = excluded.label, waiting = excluded.waiting
                WHERE counters.version = excluded.base
                """,
                [
                    .textArray(counters.map(\.name)), .int64Array(counters.map(\.value)),
                    .int64Array(counters.map(\.version)), .int64Array(changed.map { $0.before?.version ?? 0 }),
                    .textArray(counters.map(\.label)), .optionalIDs(counters.map(\.waiting)),
                ]), expectedRows: counters.count)
    }

    func refusal(forConstraint name: String, _ work: Work<String, CounterCommand>) -> Problem? {
        name == "counters_label" ? Problem(.referenceTaken, "The label is taken.") : nil
    }

    func events(for change: CounterChange, _ state: Counter, _ context: DecisionContext) -> [Event] {
        let body = JSONWriter.object {
            $0.member("by", context.message.actor)
            $0.member("counter") {
                $0.member("name", state.name)
                $0.member("value", state.value)
            }
        }
        return [
            Event(
                id: context.newID(), type: "counter.changed", tenant: context.tenant, subject: state.name,
                sequence: state.version, time: context.now, actor: context.actor, body: body,
                requestID: context.message.requestID, causationID: context.message.id)
        ]
    }

    func reply(status: Int, _ state: Counter, to message: Message) -> Reply {
        Reply(
            status: status, headers: ["ETag": "\"\(state.version)\""],
            body: JSONWriter.object {
                $0.member("name", state.name)
                $0.member("value", state.value)
            })
    }
}

/// Plays a provider and remembers how it was called.
final class CounterCalls: EffectHandler {
    private let journal = Mutex<[(id: Identifier, attempt: Int, end: Timestamp?)]>([])
    private let released = Mutex<Set<Identifier>>([])

    /// Attempts of one effect so far.
    func attempts(_ id: Identifier) -> [Int] { journal.withLock { $0.filter { $0.id == id }.map(\.attempt) } }

    /// Until when the first attempt may have called a provider.
    func end(_ id: Identifier) -> Timestamp? { journal.withLock { $0.first { $0.id == id }?.end } }

    /// Lets a call of kind `lost` come back at last.
    func release(_ id: Identifier) { released.withLock { _ = $0.insert(id) } }

    func batchLimit(kind: String) -> Int { 1 }

    func perform(_ effects: [Effect]) async -> [EffectOutcome] {
        var outcomes: [EffectOutcome] = []
        for effect in effects {
            journal.withLock { $0.append((effect.id, effect.attempt, CallLimit.end)) }
            let done = EffectOutcome.done(Array(#"{"attempt":\#(effect.attempt)}"#.utf8))
            switch effect.kind {
            case "later" where effect.attempt == 1:
                outcomes.append(.retry(after: .milliseconds(50), reason: "busy"))
            // The first call hangs, as one of a process that died would.
            case "lost" where effect.attempt == 1:
                while !released.withLock({ $0.contains(effect.id) }) { try? await Task.sleep(for: .milliseconds(20)) }
                outcomes.append(done)
            default: outcomes.append(done)
            }
        }
        return outcomes
    }
}
