import Contracts

/// The QR code of the National Bank of Ukraine for a credit transfer: format 002 of the rules for forming and using a
/// QR code for credit transfers. Banks' applications open a transfer that is filled in.
enum PaymentQR {
    /// The largest version the format allows at level M, in bytes of the link.
    private static let linkLimit = 412
    private static let base = "https://bank.gov.ua/qr/"

    /// The link that the code holds: 13 lines in UTF-8, in base64 for URLs, after the bank's address.
    ///
    /// - Returns: nil where such a transfer cannot be made: a credit note, another currency, nothing to pay, or a
    ///   seller without an account in Ukraine.
    static func link(for invoice: Invoice) -> String? {
        guard invoice.kind == .invoice, invoice.currency == .uah, invoice.total.minor > 0,
            let iban = invoice.seller.iban, iban.hasPrefix("UA"), iban.utf8.count == 29
        else { return nil }
        let purpose = "Оплата за рахунком \(invoice.number)"
        for nameLimit in [70, 50, 30] {
            let lines = [
                "BCD", "002", "1", "UCT", "", invoice.seller.name.oneLine.limited(to: nameLimit), iban,
                "UAH\(invoice.total)", invoice.seller.taxID ?? "", "", "", purpose, "",
            ]
            let link = base + base64URL(Array(lines.joined(separator: "\n").utf8))
            if link.utf8.count <= linkLimit { return link }
        }
        return nil
    }

    /// Base64 with the alphabet for URLs, without padding (RFC 4648, section 5).
    static func base64URL(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let word = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            for index in 0...part.count { text.append(alphabet[word >> (18 - 6 * index) & 0x3F]) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
