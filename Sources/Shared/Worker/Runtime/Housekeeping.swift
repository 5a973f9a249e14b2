import Contracts
import CoreMetrics
import Postgres

/// What a worker does once a second beside its messages: takes due timers and effects, publishes what a crash or an
/// outage left unpublished, and forgets what is confirmed.
struct Housekeeping<H: Handler> {
    let handler: H
    let owner: Identifier
    let outbound: Outbound
    let executor: EffectExecutor?
    let metrics: WorkerMetrics

    /// Most timers and effects taken at once; the rest follows a second later or in another process.
    private static var limit: Int { 256 }
    private static var timerLease: Duration { .seconds(30) }
    /// Longer than every way on which a message can come again (the ladder, a week of parking).
    private static var inboxLife: Duration { .seconds(8 * 86_400) }

    /// `decide` gets the messages of due timers; `confirmed` and `postponed` are written down on the way.
    func run(
        on database: PostgresConnection, confirmed: [Int64], postponed: [(Identifier, Int, Timestamp)],
        isDraining: Bool,
        decide: (Message) -> Void
    ) throws {
        let now = Timestamp.now
        var statements: [Statement] = []
        if !confirmed.isEmpty { statements.append(RuntimeStatements.confirmed(confirmed)) }
        if !postponed.isEmpty { statements.append(RuntimeStatements.postpone(postponed)) }
        if !statements.isEmpty { _ = try database.pipeline(statements) }
        if !isDraining {
            try takeTimers(database, now, decide)
            try takeEffects(database, now)
        }
        try relay(database, now, confirmed: Set(confirmed))
        // Once or twice an hour: ticks are a little more than a second apart.
        if now.milliseconds % 3_600_000 < 2000 {
            _ = try database.run(RuntimeStatements.forget(before: now.adding(.zero - Self.inboxLife)))
        }
    }

    private func takeTimers(_ database: PostgresConnection, _ now: Timestamp, _ decide: (Message) -> Void) throws {
        let leased = RuntimeStatements.leaseTimers(Self.limit, until: now.adding(Self.timerLease), at: now)
        for row in try database.run(leased) {
            decide(
                .due(
                    .set(
                        try row.text(0), subject: try row.text(1), tenant: try row.text(2),
                        at: Timestamp(microseconds: try row.timestamp(3)))))
        }
        guard let due = handler.due(at: now, limit: Self.limit) else { return }
        for row in try database.run(due) {
            decide(
                Message(
                    id: Identifier.new(), type: "timer.\(try row.text("name"))", tenant: try row.text("tenant"),
                    subject: try row.text("subject")))
        }
    }

    private func takeEffects(_ database: PostgresConnection, _ now: Timestamp) throws {
        guard let executor, executor.capacity > 0 else { return }
        let limit = min(executor.capacity, Self.limit)
        let end = now.adding(BatchProcessor<H>.lease)
        let rows = try database.run(RuntimeStatements.leaseEffects(limit, until: end, at: now))
        executor.begin(
            try rows.map { row in
                var effect = Effect(
                    id: Identifier(try row.uuid(0)), kind: try row.text(1), subject: try row.text(2),
                    tenant: try row.text(3), body: try row.bytes(4))
                effect.attempt = Int(try row.int32(5))
                effect.leasedUntil = end
                effect.requestID = try row.text(6)
                effect.traceparent = try row.textOrNil(7)
                return effect
            })
    }

    /// Publishes outbox rows whose owner did not, in order for each aggregate: a row waits while an earlier one with the
    /// same subject is still somebody's. Of two processes that claimed at once, one could get an earlier row and the other a
    /// later one: so a process looks and claims when no other one does, or a second later.
    private func relay(_ database: PostgresConnection, _ now: Timestamp, confirmed: Set<Int64>) throws {
        let inFlight = outbound.batchesInFlight
        var waiting: Set<String> = []
        var free: [Int64] = []
        var oldest = now
        let looked = try database.pipeline([.begin, RuntimeStatements.relayTurn, RuntimeStatements.outbox])
        for row in looked[2] {
            let batch = try row.int64(0)
            if confirmed.contains(batch) { continue }
            oldest = min(oldest, Timestamp(microseconds: try row.timestamp(3)))
            let subjects = try row.textArray(2).compactMap { $0 }
            let isClaimed = Timestamp(microseconds: try row.timestamp(1)) >= now || inFlight.contains(batch)
            if isClaimed || !waiting.isDisjoint(with: subjects) {
                waiting.formUnion(subjects)
            } else {
                free.append(batch)
            }
            if free.count == 64 { break }
        }
        metrics.outboxAge.record(now.since(oldest).inSeconds)
        guard !free.isEmpty, try looked[1].only().bool(0) else {
            try database.run(.rollback)
            return
        }

        let claim = RuntimeStatements.claim(free, owner: owner, until: now.adding(BatchProcessor<H>.claim), at: now)
        let claimed = try database.pipeline([claim, .commit])[0]
        var rows = try claimed.map { row in
            (
                batch: try row.int64(0), positions: try row.int64Array(1).compactMap { $0 },
                sends: try row.bytesArray(2).compactMap { $0 }.map { try Message(encoded: $0) }
            )
        }
        rows.sort { $0.batch < $1.batch }
        let events = try self.events(at: rows.flatMap(\.positions), database)
        for row in rows {
            outbound.publish(row.positions.sorted().compactMap { events[$0] }, row.sends, batch: row.batch)
        }
    }

    private func events(at positions: [Int64], _ database: PostgresConnection) throws -> [Int64: Event] {
        var events: [Int64: Event] = [:]
        guard !positions.isEmpty else { return events }
        for row in try database.run(RuntimeStatements.events(at: positions)) {
            events[try row.int64("position")] = try Event(row)
        }
        return events
    }
}

extension Event {
    /// Reads a row of the event log with the columns by their names.
    public init(_ row: Row) throws {
        self.init(
            id: Identifier(try row.uuid("event_id")), type: try row.text("type"), tenant: try row.text("tenant_id"),
            subject: try row.text("subject"), sequence: try row.int64("sequence"),
            time: Timestamp(microseconds: try row.timestamp("time")),
            actor: Actor(
                Actor.Kind(rawValue: try row.text("actor_type")) ?? .system, id: try row.textOrNil("actor_id")),
            body: try row.json("body"), isPublic: try row.bool("is_public"), requestID: try row.text("request_id"),
            causationID: try row.uuidOrNil("causation_id").map { Identifier($0) },
            traceparent: try row.textOrNil("traceparent"))
    }
}
