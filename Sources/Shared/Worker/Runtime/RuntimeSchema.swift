import Postgres

/// The tables that every worker has beside its own: inbox, event log, outbox, effects and timers.
enum RuntimeSchema {
    static let migrations = [
        Migration("0000_runtime_1", sql: first), Migration("0000_runtime_2", sql: second),
        Migration("0000_runtime_3", sql: third),
    ]

    private static let first = """
        -- What was handled, with the answer that a repeated message gets. A row without reply is still running.
        CREATE TABLE inbox (
            message_id uuid PRIMARY KEY,
            type text NOT NULL,
            tenant_id text NOT NULL,
            actor text NOT NULL,
            fingerprint bigint NOT NULL,
            token bigint NOT NULL,
            -- The message without its body, while its answer is put off.
            asker bytea,
            reply bytea COMPRESSION lz4,
            received_at timestamptz NOT NULL,
            completed_at timestamptz
        );
        CREATE INDEX inbox_received_at ON inbox USING brin (received_at);

        -- The append-only log of facts.
        CREATE TABLE events (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            event_id uuid NOT NULL,
            type text NOT NULL,
            tenant_id text NOT NULL,
            subject text NOT NULL,
            sequence bigint NOT NULL,
            time timestamptz NOT NULL,
            actor_type text NOT NULL,
            actor_id text,
            is_public boolean NOT NULL,
            body json COMPRESSION lz4 NOT NULL,
            request_id text NOT NULL,
            causation_id uuid,
            traceparent text
        );
        CREATE INDEX events_subject ON events (subject, sequence);

        -- One row for each batch whose events and messages are not confirmed by the broker yet. It has few rows at any
        -- time, so it is scanned, not searched.
        CREATE TABLE outbox (
            batch_id bigint GENERATED ALWAYS AS IDENTITY,
            owner uuid NOT NULL,
            claimed_until timestamptz NOT NULL,
            subjects text[] NOT NULL,
            positions bigint[] NOT NULL,
            messages bytea[] NOT NULL,
            created_at timestamptz NOT NULL
        ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

        -- Calls to providers that are to be made or under way.
        CREATE TABLE effects (
            effect_id uuid PRIMARY KEY,
            kind text NOT NULL,
            subject text NOT NULL,
            tenant_id text NOT NULL,
            body bytea NOT NULL,
            sending boolean NOT NULL,
            attempt integer NOT NULL,
            -- When it may be begun, or, while it is being sent, when its lease ends.
            due_at timestamptz NOT NULL,
            request_id text NOT NULL,
            traceparent text
        );
        CREATE INDEX effects_due_at ON effects (due_at);

        CREATE TABLE timers (
            name text NOT NULL,
            subject text NOT NULL,
            tenant_id text NOT NULL,
            due_at timestamptz NOT NULL,
            leased_until timestamptz,
            PRIMARY KEY (subject, name)
        );
        CREATE INDEX timers_due_at ON timers (due_at);
        """

    private static let second = """
        -- The runtime writes bodies itself; that they are JSON need not be checked again for every event. What looks into
        -- one casts it. This writes the table anew.
        ALTER TABLE events ALTER COLUMN body TYPE text, ALTER COLUMN body SET COMPRESSION lz4;
        """

    private static let third = """
        -- The beginning of a reply's body that stands in an event of the same message is not stored again: which bytes of
        -- which body it is.
        ALTER TABLE inbox ADD COLUMN quoted_subject text, ADD COLUMN quoted_event uuid,
            ADD COLUMN quoted_from integer, ADD COLUMN quoted_length integer;
        """
}
