import Contracts
import Postgres
import Worker

/// The SQL of reading documents.
enum DocumentStore {
    static func byOrders(_ orders: Set<Identifier>) -> Statement {
        Statement(
            """
            SELECT customer_id, document FROM documents WHERE order_id = ANY($1) ORDER BY issued_at, year, place
            """, [.ids(Array(orders))])
    }

    static func files(_ documents: [Identifier]) -> Statement {
        Statement("SELECT document_id, pdf FROM renderings WHERE document_id = ANY($1)", [.ids(documents)])
    }

    static func files(_ rows: Rows) throws -> [Identifier: [UInt8]] {
        var files: [Identifier: [UInt8]] = [:]
        for row in rows { files[Identifier(try row.uuid(0))] = try row.bytes(1) }
        return files
    }

    /// Keeps files for ever; those that are there already stay as they are.
    static func keep(_ files: [(invoice: Invoice, file: [UInt8])]) -> Statement {
        Statement(
            """
            INSERT INTO renderings (document_id, tenant_id, pdf)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[]) ON CONFLICT DO NOTHING
            """,
            [
                .ids(files.map(\.invoice.id)), .texts(files.map(\.invoice.tenant)), .bytesArray(files.map(\.file)),
            ])
    }
}

/// A document with the customer it belongs to.
struct StoredDocument {
    let customerID: String
    let invoice: Invoice

    init(_ row: Row) throws {
        customerID = try row.text(0)
        invoice = try Invoice(json: JSONParser.parse(row.json(1)))
    }
}
