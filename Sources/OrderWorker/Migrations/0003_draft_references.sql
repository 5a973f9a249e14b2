-- A reference is taken while its order is on its way into being, so that the second of two requests is refused at once.
ALTER TABLE drafts ADD COLUMN reference text;
CREATE UNIQUE INDEX drafts_reference ON drafts (tenant_id, reference)
    WHERE reference IS NOT NULL AND state <> 'abandoned';
