-- The version at which the order asked for the use last: giving back what it asked for earlier leaves the use alone.
ALTER TABLE redemptions ADD COLUMN order_version bigint NOT NULL DEFAULT 0;
