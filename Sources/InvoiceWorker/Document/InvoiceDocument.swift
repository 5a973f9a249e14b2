import Contracts

/// The printed form of a document: PDF, A4, in Ukrainian.
public enum InvoiceDocument {
    /// Time zone of the date that is printed.
    public static let timeZone = "Europe/Kyiv"

    /// Draws a document. The same document gives the same bytes, on any thread and in any process with the same
    /// libraries and fonts. It takes some milliseconds and blocks its thread for them.
    ///
    /// - Throws: ``DocumentError`` when the machine lacks the font or memory.
    public static func render(_ invoice: Invoice) throws -> [UInt8] {
        guard let time = BusinessTime(timeZone) else { throw DocumentError.drawing("time zone \(timeZone) not known") }
        let canvas = try Canvas(
            title: "\(invoice.heading) № \(invoice.number)", author: invoice.seller.name.oneLine,
            time: String(invoice.issuedAt.description.prefix(19)) + "Z")
        let layout = InvoiceLayout(invoice, time, canvas)
        layout.draw()
        return try canvas.finish()
    }
}

extension Invoice {
    var heading: String {
        switch kind {
        case .invoice: "Рахунок-фактура"
        case .creditNote: "Кредит-нота"
        }
    }

    var headingInEnglish: String {
        switch kind {
        case .invoice: "Invoice"
        case .creditNote: "Credit note"
        }
    }
}
