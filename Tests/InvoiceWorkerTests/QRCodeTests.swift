import Contracts
import Foundation
import Testing

@testable import InvoiceWorker

@Suite("QR codes") struct QRCodeTests {
    /// The block of version 1-M in ISO/IEC 18004, annex I.
    @Test func reedSolomon() {
        let data: [UInt8] = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
        ]
        #expect(
            ReedSolomon.codewords(for: data, count: 10)
                == [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55])
    }

    /// Codes as another encoder makes them (python-qrcode 8.2, error correction M), from version 1 to 20 and with every
    /// mask, each row a hexadecimal number with the leftmost module first.
    @Test func sameAsAnotherEncoder() throws {
        let lines = try Sample.bytes("qr_codes.jsonl").split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 8)
        for line in lines {
            let json = try JSONParser.parse(line)
            let text = try json.text("text")
            let code = try #require(QRCode(text, mask: Int(json.int("mask"))))
            let rows = try json.list("rows").map { try #require($0.string) }
            #expect(code.size == rows.count)
            #expect(Self.rows(code) == rows, "\(text.prefix(40))")
        }
    }

    private static func rows(_ code: QRCode) -> [String] {
        (0..<code.size).map { row in
            let value = (0..<code.size).reduce(UInt128(0)) { $0 << 1 | (code[row, $1] ? 1 : 0) }
            return String(value, radix: 16)
        }
    }

    @Test func limits() {
        #expect(QRCode(String(repeating: "z", count: 666))?.size == 97)
        #expect(QRCode(String(repeating: "z", count: 667)) == nil)
    }
}

@Suite("Payment code of the National Bank") struct PaymentQRTests {
    private func lines(_ invoice: Invoice) throws -> [String]? {
        guard let link = PaymentQR.link(for: invoice) else { return nil }
        let base = "https://bank.gov.ua/qr/"
        #expect(link.hasPrefix(base))
        var text = link.dropFirst(base.count).replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.count % 4) % 4)
        let data = try #require(Data(base64Encoded: String(text)))
        return String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    @Test func thirteenLines() throws {
        #expect(
            try lines(Sample.invoice()) == [
                "BCD", "002", "1", "UCT", "", "ТОВ Крамниця", "UA213223130000026007233566001", "UAH1295.00",
                "12345678", "", "", "Оплата за рахунком INV-2025-000001", "",
            ])
    }

    @Test func longNamesStayWithinTheLimit() throws {
        var invoice = try Sample.invoice()
        invoice.seller.name = String(repeating: "Щ", count: 150)
        let link = try #require(PaymentQR.link(for: invoice))
        #expect(link.utf8.count <= 412)
        let size = try #require(QRCode(link)?.size)
        #expect(size <= 77)
        #expect(try lines(invoice)?[5].hasPrefix("ЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩ") == true)
    }

    @Test func onlyWhereATransferCanBeMade() throws {
        let invoice = try Sample.invoice()
        var changed = invoice
        changed.seller.iban = nil
        #expect(PaymentQR.link(for: changed) == nil)
        changed.seller.iban = "DE89370400440532013000"
        #expect(PaymentQR.link(for: changed) == nil)
        changed = invoice
        changed.total = Money(minor: 100, try #require(Currency("EUR")))
        #expect(PaymentQR.link(for: changed) == nil)
        changed.total = .zero(.uah)
        #expect(PaymentQR.link(for: changed) == nil)
        changed = invoice
        changed.number = try #require(DocumentNumber("CN-2025-000001"))
        #expect(PaymentQR.link(for: changed) == nil)
    }

    @Test(arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("~~~?", "fn5-Pw")])
    func base64URL(text: String, expected: String) { #expect(PaymentQR.base64URL(Array(text.utf8)) == expected) }
}
