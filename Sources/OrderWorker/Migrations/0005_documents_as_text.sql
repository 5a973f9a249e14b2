-- Workers write all of these themselves; that they are JSON need not be checked again for every order. What looks into one
-- casts it. This writes the tables anew.
ALTER TABLE orders ALTER COLUMN document TYPE text, ALTER COLUMN document SET COMPRESSION lz4,
    ALTER COLUMN memory TYPE text, ALTER COLUMN memory SET COMPRESSION lz4;
ALTER TABLE heard_events ALTER COLUMN body TYPE text;
