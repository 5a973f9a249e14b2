import Contracts
import Postgres
import TestSupport
import Testing
import Worker

@testable import InvoiceWorker

@Suite("Reading invoices") struct InvoiceQueriesTests {
    /// Books with order `a`: an invoice and a credit note.
    private static func connection() throws -> PostgresConnection {
        let connection = try Ledger().connect()
        try Ledger.process(
            [Ledger.confirmed("a"), Ledger.refunded("a", "600.00", id: "r1", units: 1)], on: connection)
        return connection
    }

    private static func code(_ reply: Reply) throws -> String? { try JSONParser.parse(reply.body)["code"]?.string }

    @Test func pdfByDefault() async throws {
        try await onThread {
            let connection = try Self.connection()
            defer { connection.close() }
            let replies = try Ledger.answer(
                [Ledger.get("a"), Ledger.get("a", ["accept": "*/*", "document": "CN-2025-000001"])], on: connection)
            let invoice = try #require(replies.first)
            #expect(invoice.status == 200)
            #expect(invoice.contentType == "application/pdf")
            #expect(invoice.headers["Content-Disposition"] == #"inline; filename="INV-2025-000001.pdf""#)
            #expect(invoice.headers["ETag"] == #""INV-2025-000001-pdf""#)
            #expect(invoice.headers["Vary"] == "Accept, Authorization")
            #expect(try Tool.pages(invoice.body).first?.contains("INV-2025-000001") == true)
            let note = try #require(replies.last)
            #expect(note.headers["Content-Disposition"] == #"inline; filename="CN-2025-000001.pdf""#)
            #expect(try Tool.pages(note.body).first?.contains("CN-2025-000001") == true)
        }
    }

    @Test func dataNamesTheCreditNotes() async throws {
        try await onThread {
            let connection = try Self.connection()
            defer { connection.close() }
            let reply = try #require(
                try Ledger.answer([Ledger.get("a", ["accept": "application/json"])], on: connection).first)
            #expect(reply.status == 200)
            #expect(reply.contentType == "application/json")
            #expect(reply.headers["Content-Disposition"] == nil)
            let invoice = try Invoice(json: JSONParser.parse(reply.body))
            #expect(invoice.creditNotes.map(\.number.description) == ["CN-2025-000001"])
            #expect(invoice.creditNotes.map(\.total.description) == ["600.00"])
            let tag = try #require(reply.headers["ETag"])
            try Ledger.process([Ledger.refunded("a", "10.00", id: "r2")], on: connection)
            let later = try #require(
                try Ledger.answer(
                    [Ledger.get("a", ["accept": "application/json", "if-none-match": tag])], on: connection
                )
                .first)
            #expect(later.status == 200)
            #expect(later.headers["ETag"] != tag)
        }
    }

    @Test func keepsThePDFForEver() async throws {
        try await onThread {
            let connection = try Self.connection()
            defer { connection.close() }
            let first = try #require(try Ledger.answer([Ledger.get("a")], on: connection).first)
            _ = try connection.run(Statement("UPDATE renderings SET pdf = pdf || 'kept'"))
            let second = try #require(try Ledger.answer([Ledger.get("a")], on: connection).first)
            #expect(second.body == first.body + Array("kept".utf8))
            let tag = try #require(second.headers["ETag"])
            let third = try #require(
                try Ledger.answer([Ledger.get("a", ["if-none-match": "\"x\", \(tag)"])], on: connection).first)
            #expect(third.status == 304)
            #expect(third.body.isEmpty)
            #expect(third.headers["ETag"] == tag)
        }
    }

    @Test(arguments: [
        (Actor(.customer, id: "cust_42"), 200), (Actor(.staff, id: "s"), 200), (Actor(.service, id: "s"), 200),
        (Actor(.customer, id: "cust_43"), 404), (.anonymous, 404),
    ])
    func whoMaySee(actor: Actor, status: Int) async throws {
        try await onThread {
            let connection = try Self.connection()
            defer { connection.close() }
            let reply = try #require(try Ledger.answer([Ledger.get("a", actor: actor)], on: connection).first)
            #expect(reply.status == status)
        }
    }

    @Test func refusals() async throws {
        try await onThread {
            let connection = try Self.connection()
            defer { connection.close() }
            var unreadable = Ledger.get("a")
            unreadable.parameters["id"] = "7"
            let replies = try Ledger.answer(
                [
                    Ledger.get("unknown"), Ledger.get("a", tenant: "other"), Ledger.get("a", ["accept": "image/png"]),
                    Ledger.get("a", ["document": "INV-1"]), Ledger.get("a", ["document": "INV-2025-000009"]),
                    Ledger.get("a", ["format": "pdf"]), unreadable,
                ], on: connection)
            #expect(replies.map(\.status) == [409, 409, 406, 400, 404, 400, 404])
            #expect(
                try replies.map { try Self.code($0) } == [
                    "invoice_not_issued", "invoice_not_issued", "not_acceptable", "invalid_parameter", "not_found",
                    "unknown_parameter", "not_found",
                ])
        }
    }
}
