-- One row a tenant. Whoever issues a document for the tenant holds this row's lock until it commits, so that numbers
-- have neither gaps nor duplicates.
CREATE TABLE books (
    tenant_id text PRIMARY KEY,
    version bigint NOT NULL
) WITH (fillfactor = 50);

-- The last number given of each kind and year.
CREATE TABLE series (
    tenant_id text NOT NULL,
    kind text NOT NULL,
    year bigint NOT NULL,
    last_place bigint NOT NULL CHECK (last_place > 0),
    PRIMARY KEY (tenant_id, kind, year)
) WITH (fillfactor = 50);

-- Invoices and credit notes as they were issued. `document` is what the contract shows, without the credit notes of an
-- invoice; `paid` is what was taken for the order when it was confirmed.
CREATE TABLE documents (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    kind text NOT NULL,
    year bigint NOT NULL,
    place bigint NOT NULL,
    order_id uuid NOT NULL,
    customer_id text NOT NULL,
    refund_id uuid,
    paid text,
    issued_at timestamptz NOT NULL,
    document json NOT NULL,
    CONSTRAINT documents_number UNIQUE (tenant_id, kind, year, place),
    CONSTRAINT documents_refund UNIQUE (refund_id),
    CHECK ((kind = 'invoice') = (refund_id IS NULL)),
    CHECK ((kind = 'invoice') = (paid IS NOT NULL))
);
CREATE INDEX documents_order ON documents (order_id);
CREATE UNIQUE INDEX documents_invoice_of_order ON documents (order_id, tenant_id) WHERE kind = 'invoice';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'documents are never changed or deleted' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER documents_are_final BEFORE UPDATE OR DELETE ON documents
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Refunds heard of before the confirmation of their order.
CREATE TABLE waiting_refunds (
    refund_id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY,
    tenant_id text NOT NULL,
    order_id uuid NOT NULL,
    refund json NOT NULL
);
CREATE INDEX waiting_refunds_order ON waiting_refunds (order_id);

-- PDF files, kept from the first time somebody asks, so that later libraries and fonts change nothing about them.
CREATE TABLE renderings (
    document_id uuid PRIMARY KEY REFERENCES documents,
    tenant_id text NOT NULL,
    pdf bytea NOT NULL
);
ALTER TABLE renderings ALTER COLUMN pdf SET STORAGE EXTERNAL;

-- Whoever reads with another role than the owner sees one tenant at a time: SET oms.tenant = '...'.
ALTER TABLE books ENABLE ROW LEVEL SECURITY;
CREATE POLICY books_of_tenant ON books USING (tenant_id = current_setting('oms.tenant', true));
ALTER TABLE series ENABLE ROW LEVEL SECURITY;
CREATE POLICY series_of_tenant ON series USING (tenant_id = current_setting('oms.tenant', true));
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY documents_of_tenant ON documents USING (tenant_id = current_setting('oms.tenant', true));
ALTER TABLE waiting_refunds ENABLE ROW LEVEL SECURITY;
CREATE POLICY waiting_refunds_of_tenant ON waiting_refunds USING (tenant_id = current_setting('oms.tenant', true));
ALTER TABLE renderings ENABLE ROW LEVEL SECURITY;
CREATE POLICY renderings_of_tenant ON renderings USING (tenant_id = current_setting('oms.tenant', true));
