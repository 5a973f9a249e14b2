-- One row a code. Its version counts changes; whoever takes or gives back a use locks the row first.
CREATE TABLE promo_codes (
    tenant_id text COLLATE "C" NOT NULL,
    -- In upper case.
    code text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    type text NOT NULL CHECK (type IN ('percentage', 'fixed', 'free_shipping', 'buy_x_get_y')),
    -- percentage: hundredths of a percent; fixed: minor units; else 0. All amounts are minor units of the currency.
    value bigint NOT NULL,
    currency text NOT NULL,
    buy_quantity bigint,
    get_quantity bigint,
    max_repeats bigint,
    min_order_value bigint,
    max_discount bigint,
    max_uses bigint,
    max_uses_per_customer bigint,
    current_uses bigint NOT NULL CHECK (current_uses >= 0),
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL CHECK (valid_until > valid_from),
    -- {"categories", "products", "customer_ids"}, arrays of text; NULL when the code is for all.
    scope json,
    is_first_order boolean NOT NULL,
    is_active boolean NOT NULL,
    description text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT promo_codes_pkey PRIMARY KEY (tenant_id, code)
) WITH (fillfactor = 50);

-- One row for each order that ever used a code; live while it is not released.
CREATE TABLE redemptions (
    tenant_id text COLLATE "C" NOT NULL,
    code text COLLATE "C" NOT NULL,
    order_id uuid NOT NULL,
    redemption_id uuid NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    discount bigint NOT NULL,
    shipping_discount bigint NOT NULL,
    currency text NOT NULL,
    allocations json NOT NULL,
    is_first_order boolean NOT NULL,
    created_at timestamptz NOT NULL,
    released_at timestamptz,
    release_reason text,
    -- No order uses a code twice. The order comes first, so that an order's code can be found.
    CONSTRAINT redemptions_pkey PRIMARY KEY (order_id, code, tenant_id)
);
CREATE INDEX redemptions_customer ON redemptions (tenant_id, customer_id, code) WHERE released_at IS NULL;
-- A customer holds one live use of first-order codes, whichever code it is.
CREATE UNIQUE INDEX redemptions_first_order ON redemptions (tenant_id, customer_id)
    WHERE is_first_order AND released_at IS NULL;

-- Customers with an order that was ever confirmed.
CREATE TABLE known_customers (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);
