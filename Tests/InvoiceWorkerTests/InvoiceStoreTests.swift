import Contracts
import Postgres
import TestSupport
import Testing
import Worker

@testable import InvoiceWorker

@Suite("Invoices in the database") struct InvoiceStoreTests {
    private func numbers(_ events: [Event]) throws -> [String] {
        try events.map { try JSONParser.parse($0.body).text("number") }
    }

    @Test func issuesAndRemembers() async throws {
        try await onThread {
            let ledger = try Ledger()
            let connection = try ledger.connect()
            defer { connection.close() }
            let first = try Ledger.process(
                [
                    Ledger.confirmed("a"), Ledger.confirmed("b"), Ledger.confirmed("a"),
                    Ledger.refunded("a", "600.00", id: "r1", units: 1), Ledger.confirmed("a", tenant: "other"),
                ], on: connection)
            #expect(
                try numbers(first) == ["INV-2025-000001", "INV-2025-000002", "CN-2025-000001", "INV-2025-000001"],
                "the same order of another tenant meets nothing of this one")
            let second = try Ledger.process(
                [
                    Ledger.confirmed("a"), Ledger.refunded("a", "600.00", id: "r1", units: 1),
                    Ledger.refunded("a", "695.00", id: "r2"), Ledger.confirmed("c"),
                ], on: connection)
            #expect(try numbers(second) == ["CN-2025-000002", "INV-2025-000003"])
            let total = try connection.run(Statement("SELECT count(*) FROM documents"))[0].int64(0)
            #expect(total == 6)
        }
    }

    @Test func tellsWhatItIssued() async throws {
        try await onThread {
            let connection = try Ledger().connect()
            defer { connection.close() }
            let events = try Ledger.process(
                [Ledger.confirmed("a"), Ledger.refunded("a", "600.00", id: "r1")], on: connection)
            #expect(events.map(\.type) == ["invoice.issued", "invoice.issued"])
            let invoice = try JSONParser.parse(try #require(events.first).body)
            #expect(try #require(events.first).subject == invoice["invoice_id"]?.string)
            #expect(invoice["customer_id"]?.string == "cust_42")
            #expect(invoice["total"]?.string == "1295.00")
            #expect(invoice["issued_at"]?.string == "2025-09-15T10:02:05.000Z")
            #expect(invoice["invoice_number"] == nil)
            let note = try JSONParser.parse(try #require(events.last).body)
            #expect(note["kind"]?.string == "credit_note")
            #expect(note["invoice_number"]?.string == "INV-2025-000001")
            #expect(note["refund_id"]?.string == Identifier.derived(from: "r1").description)
            #expect(note["tax"]?.string == "100.00")
        }
    }

    @Test func refundsThatCameTooEarlyAreKept() async throws {
        try await onThread {
            let connection = try Ledger().connect()
            defer { connection.close() }
            #expect(try Ledger.process([Ledger.refunded("a", "600.00", id: "r1")], on: connection).isEmpty)
            #expect(
                try Ledger.process(
                    [Ledger.refunded("a", "600.00", id: "r1"), Ledger.refunded("a", "95.00", id: "r2")], on: connection
                ).isEmpty)
            #expect(try connection.run(Statement("SELECT refund_id FROM waiting_refunds")).count == 2)
            let events = try Ledger.process([Ledger.confirmed("a")], on: connection)
            #expect(try numbers(events) == ["INV-2025-000001", "CN-2025-000001", "CN-2025-000002"])
            #expect(try connection.run(Statement("SELECT refund_id FROM waiting_refunds")).isEmpty)
        }
    }

    /// Several processes issue at once, and each second transaction is thrown away: no gap, no duplicate.
    @Test func aStormLeavesNoGap() async throws {
        let ledger = try await onThread { try Ledger() }
        let workers = 6
        let rounds = 20
        try await withThrowingTaskGroup { group in
            for worker in 0..<workers {
                group.addTask {
                    try await onThread {
                        let connection = try ledger.connect()
                        defer { connection.close() }
                        for round in 0..<rounds {
                            let seeds = (0..<3).map { "\(worker)/\(round)/\($0)" }
                            if round % 2 == 1 {
                                try Self.abort(seeds, on: connection)
                            }
                            try Ledger.process(seeds.map { try Ledger.confirmed($0) }, on: connection)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        try await onThread {
            let connection = try ledger.connect()
            defer { connection.close() }
            let rows = try connection.run(Statement("SELECT place FROM documents ORDER BY place"))
            let places = try rows.map { try $0.int64(0) }
            #expect(places == Array(1...Int64(workers * rounds * 3)))
            let last = try connection.run(Statement("SELECT last_place FROM series"))
            #expect(try last.map { try $0.int64(0) } == [Int64(workers * rounds * 3)])
        }
    }

    /// Takes the lock and changes all that a batch changes, then ends as a crash would.
    private static func abort(_ seeds: [String], on connection: PostgresConnection) throws {
        _ = try connection.run(.begin)
        _ = try connection.run(
            Statement("SELECT version FROM books WHERE tenant_id = 'default' FOR NO KEY UPDATE"))
        _ = try connection.run(Statement("UPDATE series SET last_place = last_place + 3"))
        _ = try connection.run(.rollback)
    }

    @Test(arguments: ["UPDATE documents SET customer_id = 'x'", "DELETE FROM documents"])
    func documentsAreFinal(sql: String) async throws {
        try await onThread {
            let connection = try Ledger().connect()
            defer { connection.close() }
            try Ledger.process([Ledger.confirmed("a")], on: connection)
            #expect(throws: PostgresError.self) { try connection.run(Statement(sql)) }
            #expect(try connection.run(Statement("SELECT id FROM documents WHERE customer_id = 'cust_42'")).count == 1)
        }
    }

    @Test func brokenNewsIsRefused() throws {
        let handler = InvoiceHandler(rules: InvoiceRules(settings: try Sample.settings()))
        let message = try Ledger.confirmed("a", tenant: "other")
        var foreign = message
        foreign.tenant = "default"
        #expect(throws: StoredFormatError.self) { try handler.intake(foreign) }
        var empty = message
        empty.body = Array("{}".utf8)
        #expect(throws: StoredFormatError.self) { try handler.intake(empty) }
    }
}
