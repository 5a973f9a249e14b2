-- For lists of codes: all of a tenant, by type, by whether they are switched on. A list by prefix goes along the primary
-- key. None of them is entered when a use is taken or given back. On a large table an operator makes them beforehand, under
-- the same names, with CREATE INDEX CONCURRENTLY.
CREATE INDEX IF NOT EXISTS promo_codes_created ON promo_codes (tenant_id, created_at, code);
CREATE INDEX IF NOT EXISTS promo_codes_type ON promo_codes (tenant_id, type, created_at, code);
CREATE INDEX IF NOT EXISTS promo_codes_active ON promo_codes (tenant_id, is_active, created_at, code);
