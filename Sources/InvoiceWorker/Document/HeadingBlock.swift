import Contracts

/// The top of the first page: what the document is, who sells and who buys.
struct HeadingBlock {
    /// A label with its text, and where it stands.
    private struct Piece {
        let block: TextBlock
        let x: Double
        let y: Double
    }

    private static let padding = 10.0
    private static let columnWidth = (InvoiceLayout.width - InvoiceLayout.gap) / 2

    let height: Double
    private let pieces: [Piece]
    private let panelTop: Double
    private let panelHeight: Double

    init(_ invoice: Invoice, _ time: BusinessTime, _ canvas: Canvas) {
        var pieces: [Piece] = []
        var y = 0.0
        func add(
            _ text: String, _ style: TextStyle, x: Double, y: inout Double, width: Double,
            _ alignment: Alignment = .left, after space: Double = 2
        ) {
            let block = canvas.text(text, style, width: width, alignment)
            pieces.append(Piece(block: block, x: x, y: y))
            y += block.height + space
        }

        var english = 5.0
        add(
            invoice.headingInEnglish.uppercased(), .subtitle, x: InvoiceLayout.width - 120, y: &english, width: 120,
            .right)
        add("\(invoice.heading) № \(invoice.number)", .title, x: 0, y: &y, width: InvoiceLayout.width - 125, after: 3)
        for line in Self.subtitles(invoice, time) {
            add(line, .subtitle, x: 0, y: &y, width: InvoiceLayout.width, after: 1.5)
        }
        y += 9
        panelTop = y

        var bottoms: [Double] = []
        let parties = [("Постачальник · Seller", invoice.seller), ("Покупець · Buyer", invoice.buyer)]
        for (index, (label, party)) in parties.enumerated() {
            let x = Double(index) * (Self.columnWidth + InvoiceLayout.gap) + Self.padding
            let width = Self.columnWidth - 2 * Self.padding
            var down = y + Self.padding
            add(label, .label, x: x, y: &down, width: width, after: 3)
            add(party.name, .strong, x: x, y: &down, width: width, after: 4)
            for line in Self.details(party) { add(line, .body, x: x, y: &down, width: width, after: 2.5) }
            bottoms.append(down)
        }
        panelHeight = (bottoms.max() ?? y) + Self.padding - 3 - panelTop
        height = panelTop + panelHeight + 4
        self.pieces = pieces
    }

    func draw(at top: Double, _ canvas: Canvas) {
        for index in 0...1 {
            let x = InvoiceLayout.left + Double(index) * (Self.columnWidth + InvoiceLayout.gap)
            canvas.fill(x: x, y: top + panelTop, width: Self.columnWidth, height: panelHeight, .panel)
            canvas.fill(x: x, y: top + panelTop, width: 2, height: panelHeight, .accent)
        }
        for piece in pieces { canvas.draw(piece.block, x: InvoiceLayout.left + piece.x, y: top + piece.y) }
    }

    private static func subtitles(_ invoice: Invoice, _ time: BusinessTime) -> [String] {
        let clock = time.time(of: invoice.issuedAt)
        let minute = clock.minute < 10 ? "0\(clock.minute)" : "\(clock.minute)"
        var lines = ["від \(time.date(of: invoice.issuedAt).printed), \(clock.hour):\(minute) (за київським часом)"]
        if let number = invoice.invoiceNumber { lines.append("до рахунка-фактури № \(number)") }
        lines.append("Замовлення \(invoice.orderID)")
        if let refund = invoice.refundID { lines.append("Повернення коштів \(refund)") }
        return lines
    }

    private static func details(_ party: Party) -> [String] {
        let named = [
            ("Код ЄДРПОУ / РНОКПП: ", party.taxID), ("", party.address), ("IBAN: ", party.iban.map(grouped)),
            ("Тел.: ", party.phone), ("Ел. пошта: ", party.email),
        ]
        return named.compactMap { label, value in value.map { label + $0 } }
    }

    /// An IBAN in groups of four.
    private static func grouped(_ iban: String) -> String {
        var text = ""
        for (index, character) in iban.enumerated() {
            if index > 0, index % 4 == 0 { text += "\u{A0}" }
            text.append(character)
        }
        return text
    }
}
