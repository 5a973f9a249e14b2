-- For lists of orders by status, roll-up and promo code. What a new order is stands in none but the first, so that making
-- an order costs little; see docs/decisions/0035. On a large table an operator makes them beforehand, under the same
-- names, with CREATE INDEX CONCURRENTLY.
CREATE INDEX IF NOT EXISTS orders_status ON orders (tenant_id, status, created_at, id);
CREATE INDEX IF NOT EXISTS orders_payment_status ON orders (tenant_id, payment_status, created_at, id)
    WHERE payment_status <> 'unpaid';
CREATE INDEX IF NOT EXISTS orders_fulfilment_status ON orders (tenant_id, fulfilment_status, created_at, id)
    WHERE fulfilment_status <> 'unfulfilled';
CREATE INDEX IF NOT EXISTS orders_promo_code ON orders (tenant_id, promo_code, created_at, id)
    WHERE promo_code IS NOT NULL;

-- For figures. Rows from before have no currency here, but in their document.
ALTER TABLE orders ADD COLUMN currency text;
CREATE INDEX IF NOT EXISTS events_confirmed ON events (tenant_id, time) WHERE type = 'order.confirmed';
CREATE INDEX IF NOT EXISTS heard_events_figures ON heard_events (tenant_id, type, time)
    WHERE type IN ('payment.created', 'payment.completed', 'payment.refunded', 'promo.redeemed');
