import Contracts
import Foundation
import Testing

@testable import InvoiceWorker

@Suite("Invoice as PDF") struct InvoiceDocumentTests {
    private func manyLines(_ count: Int) throws -> Invoice {
        var invoice = try Sample.invoice()
        let line = try #require(invoice.lines.first)
        invoice.lines = (1...count).map { index in
            var line = line
            line.name =
                index % 3 == 0 ? "Навушники бездротові з активним шумозаглушенням, у подарунковій упаковці" : "Кабель"
            line.sku = "SKU-\(index)-"
            return line
        }
        return invoice
    }

    private func creditNote() throws -> Invoice {
        let invoice = try Sample.invoice()
        return Invoice(
            for: try Sample.refund("600.00", units: 1), of: invoice, after: [], paid: invoice.total,
            IssueStamp(
                id: .derived(from: "note"), number: try #require(DocumentNumber("CN-2025-000001")),
                at: try #require(Timestamp("2025-12-31T22:30:00.000Z"))))
    }

    @Test func saysWhatTheInvoiceSays() throws {
        let pages = try Tool.pages(InvoiceDocument.render(Sample.invoice()))
        #expect(pages.count == 1)
        let page = try #require(pages.first)
        for text in [
            "Рахунок-фактура № INV-2025-000001", "від 15 вересня 2025", "13:02", "ТОВ Крамниця", "12345678",
            "Kyiv, Khreshchatyk 1", "UA21", "Коваль Олена Петрівна", "Lviv, Horodotska 45, 8, 79016",
            "Wireless headphones", "HP-100", "750,00", "300,00", "1 200,00", "1 500,00", "95,00",
            "1 079,17", "215,83", "1 295,00 UAH", "20 %",
            "одна тисяча двісті дев’яносто п’ять гривень 00 копійок", "двісті п’ятнадцять гривень 83 копійки",
            "QR", "Сторінка 1 з 1",
        ] { #expect(page.contains(text), "\(text) in \(page)") }
        #expect(!page.contains("CN-2025-000001"))
    }

    @Test func creditNoteNamesItsInvoice() throws {
        let page = try #require(try Tool.pages(InvoiceDocument.render(creditNote())).first)
        for text in [
            "Кредит-нота № CN-2025-000001", "до рахунка-фактури № INV-2025-000001", "1 січня 2026", "0:30",
            "600,00 UAH", "100,00", "шістсот гривень 00 копійок", "Усього повернено",
        ] { #expect(page.contains(text), "\(text) in \(page)") }
        #expect(!page.contains("QR"))
    }

    @Test func fontsAreEmbedded() throws {
        let rows = try Tool.run("pdffonts", on: InvoiceDocument.render(manyLines(5))).split(separator: "\n").dropFirst(
            2)
        #expect(rows.count >= 2)
        for row in rows {
            #expect(row.contains("DejaVuSans"))
            #expect(row.contains(" yes yes yes "), "embedded, a subset, with Unicode: \(row)")
        }
    }

    @Test(arguments: [(1, 1), (100, 5)])
    func breaksOverPages(lines: Int, atLeast: Int) throws {
        let invoice = try manyLines(lines)
        let pages = try Tool.pages(InvoiceDocument.render(invoice))
        #expect(pages.count >= atLeast)
        for (index, page) in pages.enumerated() {
            #expect(page.contains("Сторінка \(index + 1) з \(pages.count)"))
            #expect(page.contains("К-сть"), "the head of the table on page \(index + 1)")
            #expect(page.contains("Усього") == (index == pages.count - 1))
        }
        let found = pages.joined().split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("SKU-") }
        #expect(found.map(String.init) == (1...lines).map { "SKU-\($0)-" })
    }

    /// Whatever the length, the end never stands without a line and never runs into the footer.
    @Test func theEndNeverStandsAlone() throws {
        for count in 8...22 {
            let pages = try Tool.pages(InvoiceDocument.render(manyLines(count)))
            let last = try #require(pages.last)
            #expect(last.contains("SKU-\(count)-"), "\(count) lines")
            #expect(last.contains("Сторінка \(pages.count) з \(pages.count)"), "\(count) lines")
        }
    }

    @Test func takesAnyText() throws {
        var invoice = try Sample.invoice()
        invoice.lines[0].name = String(repeating: "Щ", count: 255)
        invoice.lines[0].sku = nil
        invoice.buyer.name = "a\u{0}b\n\tc <b>&amp; 名前 🎧"
        invoice.lines[0].price = Money(minor: 999_999_999_999_999, .uah)
        let page = try #require(try Tool.pages(InvoiceDocument.render(invoice)).first)
        #expect(page.filter { $0 == "Щ" }.count == 255)
        #expect(page.contains("9 999 999 999 999,99"))
        #expect(page.contains("<b>&amp;"))
    }

    @Test func withoutTax() throws {
        var invoice = try Sample.invoice()
        invoice.taxMode = .none
        invoice.taxLines = []
        invoice.tax = .zero(.uah)
        let page = try #require(try Tool.pages(InvoiceDocument.render(invoice)).first)
        #expect(page.contains("Без ПДВ."))
        #expect(!page.contains("Ставка ПДВ"))
    }

    @Test func noTwoDocumentsOfOneInput() async throws {
        let invoice = try manyLines(30)
        let note = try creditNote()
        let expected = try InvoiceDocument.render(invoice)
        let expectedNote = try InvoiceDocument.render(note)
        let rendered = try await withThrowingTaskGroup(of: (Bool, [UInt8]).self) { group in
            for index in 0..<16 {
                group.addTask { (index % 2 == 0, try InvoiceDocument.render(index % 2 == 0 ? invoice : note)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(rendered.count == 16)
        for (isInvoice, pdf) in rendered { #expect(pdf == (isInvoice ? expected : expectedNote)) }
        var other = invoice
        other.creditNotes = []
        #expect(try InvoiceDocument.render(other) == expected, "later credit notes do not change the invoice")
    }

    /// Another process, another time zone and language, the same bytes.
    @Test func sameBytesInAnotherProcess() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            setenv("TZ", "Asia/Tokyo", 1)
            setenv("LANG", "ja_JP.UTF-8", 1)
            setenv("LC_ALL", "ja_JP.UTF-8", 1)
            let pdf = try InvoiceDocument.render(Sample.invoice())
            print("[pdf:\(Data(pdf).base64EncodedString())]")
        }
        let output = String(decoding: result.standardOutputContent, as: UTF8.self)
        let start = try #require(output.range(of: "[pdf:"))
        let end = try #require(output.range(of: "]", range: start.upperBound..<output.endIndex))
        let pdf = try #require(Data(base64Encoded: String(output[start.upperBound..<end.lowerBound])))
        #expect(try [UInt8](pdf) == InvoiceDocument.render(Sample.invoice()))
    }

    @Test func saysWhenItWasIssued() throws {
        let info = try Tool.run("pdfinfo", ["-isodates"], on: InvoiceDocument.render(Sample.invoice()))
        #expect(info.contains("CreationDate:    2025-09-15T10:02:05Z"))
        #expect(info.contains("Title:           Рахунок-фактура № INV-2025-000001"))
        #expect(info.contains("A4"))
    }
}
