-- What is known of an order, and the row that is locked while its payments are decided.
CREATE TABLE order_payments (
    order_id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    revision bigint NOT NULL,
    snapshot json NOT NULL
);

CREATE TABLE payments (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES order_payments,
    -- Place among the payments of the order, from 0.
    number integer NOT NULL,
    tenant_id text NOT NULL,
    customer_id text NOT NULL,
    provider text NOT NULL,
    status text NOT NULL,
    -- Minor units.
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    needs_review boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    details json NOT NULL
);
CREATE INDEX payments_order ON payments (order_id);
CREATE INDEX payments_created ON payments USING brin (created_at);

CREATE TABLE refunds (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments,
    -- Place among the refunds of the payment, from 0.
    number integer NOT NULL,
    tenant_id text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    surplus boolean NOT NULL,
    created_at timestamptz NOT NULL,
    details json NOT NULL
);
CREATE INDEX refunds_payment ON refunds (payment_id);

-- Every verified callback, without personal data: any change of a payment leads back to what caused it.
CREATE TABLE callbacks (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL,
    tenant_id text NOT NULL,
    provider text NOT NULL,
    verdict text NOT NULL,
    document json NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX callbacks_payment ON callbacks (payment_id);

-- Verified callbacks that name no payment of ours; a person looks.
CREATE TABLE unmatched_callbacks (
    id uuid PRIMARY KEY,
    provider text NOT NULL,
    reference text NOT NULL,
    document json NOT NULL,
    received_at timestamptz NOT NULL
);

-- Double entry. Debits are positive, credits negative; the entries of a posting add up to zero.
CREATE TABLE ledger_entries (
    posting_id uuid NOT NULL,
    account text NOT NULL,
    tenant_id text NOT NULL,
    payment_id uuid NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    currency text NOT NULL,
    posted_at timestamptz NOT NULL,
    PRIMARY KEY (posting_id, account)
);

CREATE FUNCTION ledger_is_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_entries
        WHERE posting_id IN (SELECT posting_id FROM posted)
        GROUP BY posting_id HAVING sum(amount) <> 0 OR min(currency) <> max(currency)
    ) THEN
        RAISE EXCEPTION 'a posting does not add up to zero' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_is_balanced AFTER INSERT ON ledger_entries
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_balanced();

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries are never changed' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

-- The worker owns the tables and works for all tenants; any other role that is let in sees the one tenant it has set.
ALTER TABLE order_payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE refunds ENABLE ROW LEVEL SECURITY;
ALTER TABLE callbacks ENABLE ROW LEVEL SECURITY;
ALTER TABLE unmatched_callbacks ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON order_payments USING (tenant_id = current_setting('oms.tenant', true));
CREATE POLICY one_tenant ON payments USING (tenant_id = current_setting('oms.tenant', true));
CREATE POLICY one_tenant ON refunds USING (tenant_id = current_setting('oms.tenant', true));
CREATE POLICY one_tenant ON callbacks USING (tenant_id = current_setting('oms.tenant', true));
CREATE POLICY one_tenant ON ledger_entries USING (tenant_id = current_setting('oms.tenant', true));
