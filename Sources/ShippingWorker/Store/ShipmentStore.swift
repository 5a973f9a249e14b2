import Contracts
import Postgres
import Worker

/// All SQL of the shipments.
enum ShipmentStore {
    /// Makes a row for each order, so that also the first shipments of an order are decided one after another.
    static func claim(_ orders: [Identifier]) -> Statement {
        Statement(
            """
            INSERT INTO shipped_orders (order_id) SELECT unnest($1::uuid[]) ORDER BY 1 ON CONFLICT DO NOTHING
            """, [.ids(orders)])
    }

    static func lock(_ orders: [Identifier]) -> Statement {
        Statement(
            "SELECT order_id FROM shipped_orders WHERE order_id = ANY($1) ORDER BY order_id FOR NO KEY UPDATE",
            [.ids(orders)])
    }

    /// The shipments of orders, oldest first.
    static func ofOrders(_ orders: [Identifier]) -> Statement {
        Statement("SELECT document FROM shipments WHERE order_id = ANY($1) ORDER BY shipment_id", [.ids(orders)])
    }

    static func read(_ ids: [Identifier]) -> Statement {
        Statement("SELECT document FROM shipments WHERE shipment_id = ANY($1)", [.ids(ids)])
    }

    /// Shipments by their ids; those that there are not are missing.
    static func find(
        _ ids: Set<Identifier>, _ read: ([Statement]) throws -> [Rows]
    ) throws -> [Identifier: Shipment] {
        guard !ids.isEmpty else { return [:] }
        var shipments: [Identifier: Shipment] = [:]
        for row in try read([self.read(ids.sorted())])[0] {
            let shipment = try shipment(row)
            shipments[shipment.id] = shipment
        }
        return shipments
    }

    static func orders(of shipments: [Identifier]) -> Statement {
        Statement("SELECT shipment_id, order_id FROM shipments WHERE shipment_id = ANY($1)", [.ids(shipments)])
    }

    static func shipment(_ row: Row) throws -> Shipment {
        try Shipment(stored: try JSONParser.parse(try row.json(0)))
    }

    static func insert(_ shipments: [Shipment]) -> Statement {
        Statement(
            """
            INSERT INTO shipments (shipment_id, order_id, tenant_id, customer_id, carrier, status, tracking_number,
                version, created_at, updated_at, document)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                $8::bigint[], $9::timestamptz[], $10::timestamptz[], $11::json[])
            """,
            [
                .ids(shipments.map(\.id)), .ids(shipments.map(\.orderID)),
                .texts(shipments.map(\.tenant)), .texts(shipments.map(\.customerID)),
                .texts(shipments.map(\.carrier.rawValue)), .texts(shipments.map(\.status.rawValue)),
                .textArray(shipments.map(\.trackingNumber)), .int64Array(shipments.map(\.version)),
                .times(shipments.map(\.createdAt)), .times(shipments.map(\.updatedAt)),
                .jsonArray(shipments.map { $0.document(for: .store) }),
            ])
    }

    /// Each row must still have the version it was loaded with.
    static func update(_ shipments: [(before: Int64, shipment: Shipment)]) -> Statement {
        Statement(
            """
            UPDATE shipments s SET status = n.status, tracking_number = n.tracking_number, version = n.version,
                updated_at = n.updated_at, document = n.document
            FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::json[])
                AS n (shipment_id, loaded, status, tracking_number, version, updated_at, document)
            WHERE s.shipment_id = n.shipment_id AND s.version = n.loaded
            """,
            [
                .ids(shipments.map(\.shipment.id)), .int64Array(shipments.map(\.before)),
                .texts(shipments.map(\.shipment.status.rawValue)),
                .textArray(shipments.map(\.shipment.trackingNumber)), .int64Array(shipments.map(\.shipment.version)),
                .times(shipments.map(\.shipment.updatedAt)),
                .jsonArray(shipments.map { $0.shipment.document(for: .store) }),
            ])
    }
}
