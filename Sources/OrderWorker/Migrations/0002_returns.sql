-- One row a return, written with its order, which remembers it: what returns are found and listed by.
CREATE TABLE returns (
    return_id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders,
    tenant_id text NOT NULL,
    customer_id text NOT NULL,
    version bigint NOT NULL,
    status text NOT NULL,
    -- The units have come and their refund is being worked out.
    is_receiving boolean NOT NULL,
    created_at timestamptz NOT NULL,
    document json NOT NULL
);
CREATE INDEX returns_order ON returns (order_id);
CREATE INDEX returns_tenant ON returns (tenant_id, created_at, return_id);
CREATE INDEX returns_customer ON returns (tenant_id, customer_id, created_at, return_id);

ALTER TABLE returns ENABLE ROW LEVEL SECURITY;
CREATE POLICY returns_of_tenant ON returns USING (tenant_id = current_setting('oms.tenant', true));
