import Contracts
import Testing

@testable import InvoiceWorker

/// The cases of rules.md section 9.
@Suite("Invoice rules") struct RulesTests {
    private static func cases(_ kind: String) throws -> [JSON] {
        try Sample.bytes("rules_invoices.jsonl").split(separator: UInt8(ascii: "\n")).map { try JSONParser.parse($0) }
            .filter { $0["kind"]?.string == kind }
    }

    @Test func creditTax() throws {
        let cases = try Self.cases("credit_tax")
        #expect(cases.count == 2)
        for json in cases {
            let currency = try json.currency()
            let paid = try json.money("amount_paid", currency).minor
            let tax = try json.money("tax", currency).minor
            var before: Int64 = 0
            var taxes: [String] = []
            for text in try json.list("refunds") {
                let amount = try Money(text: try #require(text.string), currency).minor
                let part = CreditTax.part(of: amount, after: before, tax: tax, paid: paid)
                taxes.append(Money(minor: part, currency).description)
                before += amount
            }
            #expect(try taxes == json.child("expect").list("taxes").map(\.string), "\(json)")
        }
    }

    @Test func moneyBeyondWhatWasPaidCarriesNoTax() {
        #expect(CreditTax.part(of: 500, after: 800, tax: 200, paid: 1000) == 40)
        #expect(CreditTax.part(of: 500, after: 1000, tax: 200, paid: 1000) == 0)
        #expect(CreditTax.part(of: 500, after: 0, tax: 0, paid: 0) == 0)
    }

    @Test func invoiceYear() throws {
        let cases = try Self.cases("invoice_year")
        #expect(cases.count == 1)
        for json in cases {
            let time = try #require(BusinessTime(try json.text("time_zone")))
            let series = Series(.invoice, year: time.date(of: try json.time("issued_at")).year)
            #expect(try DocumentNumber(series, place: 1).description == json.text("expect"))
        }
    }

    @Test(arguments: [
        ("2025-12-31T21:59:59.999Z", "2025-12-31", 23),
        ("2025-12-31T22:00:00.000Z", "2026-01-01", 0),
        ("2025-06-30T20:59:59.000Z", "2025-06-30", 23),
        ("2025-06-30T21:00:00.000Z", "2025-07-01", 0),
        ("2025-03-30T00:59:59.000Z", "2025-03-30", 2),
        ("2025-03-30T01:00:00.000Z", "2025-03-30", 4),
        ("1969-12-31T22:30:00.000Z", "1970-01-01", 1),
    ])
    func kyivTime(instant: String, date: String, hour: Int64) throws {
        let time = try #require(BusinessTime("Europe/Kyiv"))
        let instant = try #require(Timestamp(instant))
        #expect(time.date(of: instant).description == date)
        #expect(time.time(of: instant).hour == hour)
    }

    @Test func unknownTimeZone() { #expect(BusinessTime("Europe/Atlantis") == nil) }
}

@Suite("Document numbers") struct DocumentNumberTests {
    @Test(arguments: [
        ("INV-2025-000001", DocumentKind.invoice, 1), ("CN-2026-000042", .creditNote, 42),
        ("INV-2025-1234567", .invoice, 1_234_567),
    ])
    func readsWhatItWrites(text: String, kind: DocumentKind, place: Int64) throws {
        let number = try #require(DocumentNumber(text))
        #expect(number.series.kind == kind)
        #expect(number.place == place)
        #expect(number.description == text)
    }

    @Test(arguments: [
        "", "INV-2025", "INV-2025-00001", "INV-25-000001", "XX-2025-000001", "INV-2025-000000", "inv-2025-000001",
        "INV-2025-+00001", "INV-2025-000001-1", "INV-2025-12345678901",
    ])
    func refuses(text: String) { #expect(DocumentNumber(text) == nil) }
}
