import Contracts
import Postgres
import Worker

/// All SQL of the labels.
enum LabelStore {
    /// Labels of shipments in the sizes beside them; those that are not kept are missing.
    static func read(_ labels: [(shipment: Identifier, size: LabelSize)]) -> Statement {
        Statement(
            """
            SELECT l.shipment_id, l.size, l.pdf
            FROM unnest($1::uuid[], $2::text[]) AS wanted (shipment_id, size) JOIN labels l USING (shipment_id, size)
            """, [.ids(labels.map(\.shipment)), .texts(labels.map(\.size.rawValue))])
    }

    /// Keeps a label for ever; one that is there already stays as it is.
    static func keep(_ pdf: [UInt8], of shipment: Shipment, _ size: LabelSize, at now: Timestamp) -> Statement {
        Statement(
            """
            INSERT INTO labels (shipment_id, size, tenant_id, pdf, fetched_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """,
            [.id(shipment.id), .text(size.rawValue), .text(shipment.tenant), .bytes(pdf), .time(now)])
    }
}
