-- One row a shipment. The document holds all of it; the columns are what rows are found by.
CREATE TABLE shipments (
    shipment_id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    tenant_id text NOT NULL,
    customer_id text NOT NULL,
    carrier text NOT NULL,
    status text NOT NULL,
    tracking_number text,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    document json NOT NULL
);
-- An order's shipments are locked and decided together.
CREATE INDEX shipments_order ON shipments (order_id, shipment_id);
-- A carrier gives a number once.
CREATE UNIQUE INDEX shipments_tracking_number ON shipments (carrier, tracking_number) WHERE tracking_number IS NOT NULL;

-- One row an order that has shipments: it is locked while they are decided, so that no unit is in two of them.
CREATE TABLE shipped_orders (
    order_id uuid PRIMARY KEY
);
