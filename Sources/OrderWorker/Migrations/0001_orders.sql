-- One row an order. `document` is what the contract shows, `memory` what its owner remembers of payments and shipments;
-- the columns before them are what lists filter and sort by.
CREATE TABLE orders (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    customer_id text NOT NULL,
    version bigint NOT NULL,
    status text NOT NULL,
    payment_status text NOT NULL,
    fulfilment_status text NOT NULL,
    reference text,
    promo_code text,
    created_at timestamptz NOT NULL,
    -- Set only while the order is pending.
    expires_at timestamptz,
    document json COMPRESSION lz4 NOT NULL,
    memory json COMPRESSION lz4 NOT NULL
);
CREATE INDEX orders_tenant ON orders (tenant_id, created_at, id);
CREATE INDEX orders_customer ON orders (tenant_id, customer_id, created_at, id);
CREATE UNIQUE INDEX orders_reference ON orders (tenant_id, reference) WHERE reference IS NOT NULL;
CREATE INDEX orders_expires_at ON orders (expires_at) WHERE expires_at IS NOT NULL;

-- Orders on their way into being: they wait for a quote or a promo code. `abandoned` ones came to nothing.
CREATE TABLE drafts (
    order_id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    command_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('quote', 'promo', 'abandoned')),
    quote text,
    document json NOT NULL,
    memory json NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Events of other workers about an order, for its timeline.
CREATE TABLE heard_events (
    order_id uuid NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    tenant_id text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    time timestamptz NOT NULL,
    actor_type text NOT NULL,
    actor_id text,
    body json NOT NULL,
    PRIMARY KEY (order_id, event_id)
);

-- Whoever reads with another role than the owner sees one tenant at a time: SET oms.tenant = '...'.
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY orders_of_tenant ON orders USING (tenant_id = current_setting('oms.tenant', true));
ALTER TABLE drafts ENABLE ROW LEVEL SECURITY;
CREATE POLICY drafts_of_tenant ON drafts USING (tenant_id = current_setting('oms.tenant', true));
ALTER TABLE heard_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY heard_events_of_tenant ON heard_events USING (tenant_id = current_setting('oms.tenant', true));
