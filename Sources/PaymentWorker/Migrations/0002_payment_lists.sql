-- For lists of payments; see docs/decisions/0035. On a large table an operator makes them beforehand, under the same
-- names, with CREATE INDEX CONCURRENTLY.
CREATE INDEX IF NOT EXISTS payments_tenant ON payments (tenant_id, created_at, id);
CREATE INDEX IF NOT EXISTS payments_customer ON payments (tenant_id, customer_id, created_at, id);
CREATE INDEX IF NOT EXISTS payments_status ON payments (tenant_id, status, created_at, id);
CREATE INDEX IF NOT EXISTS payments_provider ON payments (tenant_id, provider, created_at, id);
CREATE INDEX IF NOT EXISTS payments_needs_review ON payments (tenant_id, created_at, id) WHERE needs_review;
