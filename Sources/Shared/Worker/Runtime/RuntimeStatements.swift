import Contracts
import Postgres

/// The runtime's own SQL. Every statement works on a whole batch.
enum RuntimeStatements {
    // MARK: Inbox

    /// Which of these messages were handled before, with what a repetition is answered.
    static func handled(_ ids: [Identifier]) -> Statement {
        Statement(
            """
            SELECT message_id, fingerprint, token, reply, tenant_id, actor, (
                SELECT substring(convert_to(body, 'UTF8') FROM quoted_from + 1 FOR quoted_length) FROM events
                WHERE events.subject = inbox.quoted_subject AND events.event_id = inbox.quoted_event
            ) AS quoted, quoted_length, asker IS NULL
            FROM inbox WHERE message_id = ANY($1)
            """, [.ids(ids)])
    }

    struct InboxEntry {
        let message: Message
        let fingerprint: UInt64
        /// nil while the answer is put off.
        let reply: Reply?
        /// What of the reply is not stored, but read from the log.
        var quotation: Quotation?
        let isRunning: Bool
    }

    static func record(_ entries: [InboxEntry], at now: Timestamp) -> Statement {
        Statement(
            """
            INSERT INTO inbox (message_id, type, tenant_id, actor, fingerprint, token, asker, reply, quoted_subject,
                               quoted_event, quoted_from, quoted_length, received_at, completed_at)
            SELECT entry.*, $13, CASE WHEN asker IS NULL THEN $13 END
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bytea[], $8::bytea[],
                        $9::text[], $10::uuid[], $11::integer[], $12::integer[])
                AS entry (message_id, type, tenant_id, actor, fingerprint, token, asker, reply, quoted_subject,
                          quoted_event, quoted_from, quoted_length)
            """,
            [
                .ids(entries.column { $0.message.id }), .textArray(entries.column { $0.message.type }),
                .textArray(entries.column { $0.message.tenant }), .textArray(entries.column { $0.message.actor.text }),
                .int64Array(entries.column { Int64(bitPattern: $0.fingerprint) }),
                .int64Array(entries.column { Int64(bitPattern: $0.message.replyTo?.token ?? 0) }),
                .bytesArray(entries.column { $0.isRunning ? $0.message.withoutBody.encoded() : nil }),
                .bytesArray(entries.column { $0.reply?.skipping($0.quotation?.length ?? 0).encoded() }),
                .textArray(entries.column { $0.quotation?.subject }),
                .optionalIDs(entries.column { $0.quotation?.event }),
                .int32Array(entries.column { $0.quotation.map { Int32($0.start) } }),
                .int32Array(entries.column { $0.quotation.map { Int32($0.length) } }), .time(now),
            ])
    }

    /// The askers of commands whose answers were put off.
    static func askers(_ ids: [Identifier]) -> Statement {
        Statement(
            "SELECT message_id, asker FROM inbox WHERE message_id = ANY($1) AND asker IS NOT NULL FOR UPDATE",
            [.ids(ids)])
    }

    static func resolve(_ replies: [(Identifier, [UInt8])], at now: Timestamp) -> Statement {
        Statement(
            """
            UPDATE inbox SET reply = resolved.reply, asker = NULL, completed_at = $3
            FROM unnest($1::uuid[], $2::bytea[]) AS resolved (message_id, reply)
            WHERE inbox.message_id = resolved.message_id
            """,
            [.ids(replies.map(\.0)), .bytesArray(replies.map(\.1)), .time(now)])
    }

    /// A later request with the same key joins the running one: the answer goes to it. One for each id.
    static func join(_ messages: [Message]) -> Statement {
        Statement(
            """
            UPDATE inbox SET asker = joined.asker, token = joined.token
            FROM unnest($1::uuid[], $2::bytea[], $3::bigint[]) AS joined (message_id, asker, token)
            WHERE inbox.message_id = joined.message_id AND inbox.asker IS NOT NULL
            """,
            [
                .ids(messages.map(\.id)), .bytesArray(messages.map { $0.withoutBody.encoded() }),
                .int64Array(messages.map { Int64(bitPattern: $0.replyTo?.token ?? 0) }),
            ])
    }

    static func operations(_ ids: [Identifier]) -> Statement {
        Statement(
            "SELECT message_id, type, tenant_id, actor, reply, received_at, completed_at FROM inbox WHERE message_id = ANY($1)",
            [.ids(ids)])
    }

    /// Forgets what can no longer come again: longer than the retry ladder, the client's keys and a week of parking.
    static func forget(before: Timestamp) -> Statement {
        Statement("DELETE FROM inbox WHERE received_at < $1 AND asker IS NULL", [.time(before)])
    }

    // MARK: Events and outbox

    /// Appends events and notes them, with the messages for other workers, as not yet confirmed.
    static func append(
        _ events: [Event], sends: [Message], owner: Identifier, claimedUntil: Timestamp, at now: Timestamp
    ) -> Statement {
        Statement(
            """
            WITH appended AS (
                INSERT INTO events (event_id, type, tenant_id, subject, sequence, time, actor_type, actor_id, is_public,
                                    body, request_id, causation_id, traceparent)
                SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[],
                                     $7::text[], $8::text[], $9::boolean[], $10::text[], $11::text[], $12::uuid[], $13::text[])
                RETURNING position
            )
            INSERT INTO outbox (owner, claimed_until, subjects, positions, messages, created_at)
            SELECT $14, $15, $16, coalesce((SELECT array_agg(position) FROM appended), '{}'), $17, $18
            RETURNING batch_id
            """,
            [
                .ids(events.column { $0.id }), .textArray(events.column { $0.type }),
                .textArray(events.column { $0.tenant }),
                .textArray(events.column { $0.subject }), .int64Array(events.column { $0.sequence }),
                .times(events.column { $0.time }),
                .textArray(events.column { $0.actor.type.rawValue }), .textArray(events.column { $0.actor.id }),
                .boolArray(events.column { $0.isPublic }), .utf8Array(events.column { $0.body }),
                .textArray(events.column { $0.requestID }),
                .optionalIDs(events.column { $0.causationID }), .textArray(events.column { $0.traceparent }),
                .id(owner), .time(claimedUntil), .texts(Array(Set(events.column { $0.subject }))),
                .bytesArray(sends.column { $0.encoded() }), .time(now),
            ])
    }

    /// Subjects with events that are not confirmed yet and do not travel on our own link, where order is kept: those of
    /// other processes, those that wait for them, and those of ours that the broker did not take.
    static func unpublishedSubjects(owner: Identifier, refused: Set<Int64>) -> Statement {
        Statement(
            "SELECT subjects FROM outbox WHERE owner <> $1 OR batch_id = ANY($2)",
            [.id(owner), .int64Array(Array(refused))])
    }

    static let outbox = Statement("SELECT batch_id, claimed_until, subjects, created_at FROM outbox ORDER BY batch_id")

    /// Whether the transaction may claim rows: of all processes of a worker one at a time may, so that an aggregate's rows
    /// go to one of them.
    static let relayTurn = Statement("SELECT pg_try_advisory_xact_lock('outbox'::regclass::oid::bigint)")

    static func claim(_ batches: [Int64], owner: Identifier, until: Timestamp, at now: Timestamp) -> Statement {
        Statement(
            """
            UPDATE outbox SET owner = $2, claimed_until = $3
            WHERE batch_id = ANY($1) AND claimed_until < $4
            RETURNING batch_id, positions, messages
            """, [.int64Array(batches), .id(owner), .time(until), .time(now)])
    }

    static func events(at positions: [Int64]) -> Statement {
        Statement(
            """
            SELECT position, event_id, type, tenant_id, subject, sequence, time, actor_type, actor_id, is_public, body,
                   request_id, causation_id, traceparent
            FROM events WHERE position = ANY($1) ORDER BY position
            """, [.int64Array(positions)])
    }

    static func confirmed(_ batches: [Int64]) -> Statement {
        Statement("DELETE FROM outbox WHERE batch_id = ANY($1)", [.int64Array(batches)])
    }

    // MARK: Effects

    static func begin(_ effects: [Effect], sending: [Bool], due: [Timestamp]) -> Statement {
        Statement(
            """
            INSERT INTO effects (effect_id, kind, subject, tenant_id, body, sending, attempt, due_at, request_id, traceparent)
            SELECT effect_id, kind, subject, tenant_id, body, sending, sending::integer, due_at, request_id, traceparent
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::boolean[], $7::timestamptz[],
                        $8::text[], $9::text[])
                AS effect (effect_id, kind, subject, tenant_id, body, sending, due_at, request_id, traceparent)
            ON CONFLICT (effect_id) DO NOTHING
            """,
            [
                .ids(effects.map(\.id)), .texts(effects.map(\.kind)), .texts(effects.map(\.subject)),
                .texts(effects.map(\.tenant)), .bytesArray(effects.map(\.body)), .boolArray(sending), .times(due),
                .texts(effects.map(\.requestID)), .textArray(effects.map(\.traceparent)),
            ])
    }

    /// Leases what is due, and what another process began and did not settle in time.
    static func leaseEffects(_ limit: Int, until: Timestamp, at now: Timestamp) -> Statement {
        Statement(
            """
            UPDATE effects SET sending = true, attempt = attempt + 1, due_at = $2
            WHERE effect_id IN (
                SELECT effect_id FROM effects WHERE due_at <= $3 ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING effect_id, kind, subject, tenant_id, body, attempt, request_id, traceparent
            """, [.int64(Int64(limit)), .time(until), .time(now)])
    }

    /// Takes the effects whose results came in; a result of an earlier attempt finds nothing.
    static func settle(_ results: [(Identifier, Int)]) -> Statement {
        Statement(
            """
            DELETE FROM effects USING unnest($1::uuid[], $2::integer[]) AS result (effect_id, attempt)
            WHERE effects.effect_id = result.effect_id AND effects.attempt = result.attempt AND effects.sending
            RETURNING effects.effect_id
            """, [.ids(results.map(\.0)), .int32Array(results.map { Int32($0.1) })])
    }

    static func postpone(_ effects: [(Identifier, Int, Timestamp)]) -> Statement {
        Statement(
            """
            UPDATE effects SET sending = false, due_at = later.due_at
            FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[]) AS later (effect_id, attempt, due_at)
            WHERE effects.effect_id = later.effect_id AND effects.attempt = later.attempt AND effects.sending
            """,
            [.ids(effects.map(\.0)), .int32Array(effects.map { Int32($0.1) }), .times(effects.map(\.2))])
    }

    // MARK: Timers

    static func set(_ timers: [TimerChange]) -> Statement {
        Statement(
            """
            INSERT INTO timers (name, subject, tenant_id, due_at)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
            ON CONFLICT (subject, name) DO UPDATE SET due_at = excluded.due_at, leased_until = NULL
            """,
            [
                .texts(timers.map(\.name)), .texts(timers.map(\.subject)), .texts(timers.map(\.tenant)),
                .optionalTimes(timers.map(\.dueAt)),
            ])
    }

    static func clear(_ timers: [TimerChange]) -> Statement {
        Statement(
            """
            DELETE FROM timers USING unnest($1::text[], $2::text[]) AS cleared (name, subject)
            WHERE timers.subject = cleared.subject AND timers.name = cleared.name
            """, [.texts(timers.map(\.name)), .texts(timers.map(\.subject))])
    }

    static func leaseTimers(_ limit: Int, until: Timestamp, at now: Timestamp) -> Statement {
        Statement(
            """
            UPDATE timers SET leased_until = $2
            WHERE (subject, name) IN (
                SELECT subject, name FROM timers
                WHERE due_at <= $3 AND (leased_until IS NULL OR leased_until < $3)
                ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING name, subject, tenant_id, due_at
            """, [.int64(Int64(limit)), .time(until), .time(now)])
    }

    /// Takes the timers that are decided now; one that was set anew meanwhile is not found.
    static func take(_ timers: [TimerChange]) -> Statement {
        Statement(
            """
            DELETE FROM timers USING unnest($1::text[], $2::text[], $3::timestamptz[]) AS due (name, subject, due_at)
            WHERE timers.subject = due.subject AND timers.name = due.name AND timers.due_at = due.due_at
            RETURNING timers.name, timers.subject
            """,
            [
                .texts(timers.map(\.name)), .texts(timers.map(\.subject)),
                .optionalTimes(timers.map(\.dueAt)),
            ])
    }
}

extension Actor {
    /// `customer:cust_42`, or `system`.
    var text: String { id.map { "\(type.rawValue):\($0)" } ?? type.rawValue }
}

extension Message {
    var withoutBody: Message {
        var message = self
        message.body = []
        return message
    }
}
