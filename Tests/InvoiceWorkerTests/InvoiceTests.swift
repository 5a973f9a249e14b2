import Contracts
import Testing

@testable import InvoiceWorker

@Suite("Invoice") struct InvoiceTests {
    private func issue(_ number: String = "INV-2025-000001") throws -> IssueStamp {
        IssueStamp(
            id: try #require(Identifier("01994cd3-1148-752d-ae3d-e4fa0dcc2994")),
            number: try #require(DocumentNumber(number)), at: try #require(Timestamp("2025-09-15T10:02:05.000Z")))
    }

    @Test func readsAndWritesTheContractsExample() throws {
        let json = try Sample.json("invoice.json")
        #expect(try Invoice(json: json).jsonBytes == json.jsonBytes)
    }

    @Test func invoiceOfTheContractsOrder() throws {
        var expected = try Sample.invoice()
        expected.creditNotes = []
        #expect(try Invoice(of: Sample.order(Sample.confirmedOrder()), issue(), Sample.settings()) == expected)
    }

    @Test func readsBackACreditNote() throws {
        let invoice = try Sample.invoice()
        let note = Invoice(
            for: try Sample.refund("600.00", units: 1), of: invoice, after: [], paid: invoice.total,
            try issue("CN-2025-000001"))
        let bytes = note.jsonBytes
        #expect(try Invoice(json: JSONParser.parse(bytes)) == note)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("credit_notes"))
    }

    @Test func refusesADamagedDocument() throws {
        let json = try Sample.json("invoice.json")
        #expect(throws: StoredFormatError.self) { try Invoice(json: json.replacing("number", with: .string("7"))) }
        #expect(throws: StoredFormatError.self) {
            try Invoice(json: json.replacing("kind", with: .string("credit_note")))
        }
        #expect(throws: StoredFormatError.self) { try Invoice(json: json.removing("total")) }
    }

    @Test func companyWinsOverPerson() throws {
        let order = try Sample.confirmedOrder()
        let billing = try order.child("billing_address")
            .replacing("company", with: .string("ТОВ Ромашка")).replacing("tax_id", with: .string("40000001"))
            .replacing("region", with: .string("Lvivska"))
        let buyer = try Party(buyerOf: order.replacing("billing_address", with: billing))
        #expect(
            buyer
                == Party(
                    name: "ТОВ Ромашка", taxID: "40000001", address: "Lviv, Horodotska 45, 8, Lvivska, 79016",
                    email: "olena@example.com"))
    }

    @Test func buyerWithoutBillingName() throws {
        let order = try Sample.confirmedOrder()
        let nameless = order.replacing(
            "billing_address", with: try order.child("billing_address").removing("name").removing("postal_code"))
        #expect(try Party(buyerOf: nameless).name == "Коваль Олена Петрівна")
        #expect(try Party(buyerOf: nameless).address == "Lviv, Horodotska 45, 8")
        let unnamed = nameless.replacing(
            "shipping_address", with: try order.child("shipping_address").removing("name"))
        #expect(try Party(buyerOf: unnamed).name == "cust_42")
    }

    /// rules.md T3 and T6 with delivery: two rates, both modes.
    @Test(arguments: [
        (TaxMode.inclusive, ["18.00 of 90.00", "6.30 of 90.00"]), (.exclusive, ["21.60 of 108.00", "6.74 of 96.30"]),
        (.none, []),
    ])
    func taxByRate(mode: TaxMode, expected: [String]) throws {
        func line(_ rate: Int64, _ net: String, tax: String) throws -> InvoiceLine {
            let net = try Sample.uah(net)
            let tax = try Sample.uah(tax)
            return InvoiceLine(
                name: "x", quantity: 1, price: net, discount: try Sample.uah("0.00"),
                taxRate: Percent(hundredths: rate), tax: tax, total: mode == .exclusive ? net + tax : net)
        }
        let lines =
            mode == .exclusive
            ? [try line(700, "96.30", tax: "6.74"), try line(2000, "108.00", tax: "21.60")]
            : [try line(700, "96.30", tax: "6.30"), try line(2000, "108.00", tax: "18.00")]
        let taxes = TaxLine.byRate(lines, delivery: nil, mode)
        #expect(taxes.map { "\($0.tax) of \($0.base)" } == expected)
    }
}
