-- For lists of shipments; see docs/decisions/0035. On a large table an operator makes them beforehand, under the same
-- names, with CREATE INDEX CONCURRENTLY.
CREATE INDEX IF NOT EXISTS shipments_tenant ON shipments (tenant_id, created_at, shipment_id);
CREATE INDEX IF NOT EXISTS shipments_customer ON shipments (tenant_id, customer_id, created_at, shipment_id);
CREATE INDEX IF NOT EXISTS shipments_status ON shipments (tenant_id, status, created_at, shipment_id);
CREATE INDEX IF NOT EXISTS shipments_carrier ON shipments (tenant_id, carrier, created_at, shipment_id);

-- Whoever reads with another role than the owner sees one tenant at a time: SET oms.tenant = '...'.
ALTER TABLE shipments ENABLE ROW LEVEL SECURITY;
CREATE POLICY shipments_of_tenant ON shipments USING (tenant_id = current_setting('oms.tenant', true));
