-- Labels as the carriers gave them: each is fetched once.
CREATE TABLE labels (
    shipment_id uuid NOT NULL REFERENCES shipments,
    size text NOT NULL,
    tenant_id text NOT NULL,
    pdf bytea NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (shipment_id, size)
);

ALTER TABLE labels ENABLE ROW LEVEL SECURITY;
CREATE POLICY labels_of_tenant ON labels USING (tenant_id = current_setting('oms.tenant', true));
