import Contracts

/// The end of a document: totals, tax by rate, the amount in words, and the code to pay with.
struct SummaryBlock {
    private struct Total {
        let label: TextBlock
        let amount: TextBlock
    }

    private static let totalsWidth = 250.0
    private static let amountWidth = 105.0
    private static let rowGap = 4.0
    private static let codeSide = 92.0

    let height: Double
    private let totals: [Total]
    private let grand: Total
    private let taxes: TaxTable?
    private let words: [TextBlock]
    private let code: PaymentCodeBlock?
    private let upperHeight: Double

    init(_ invoice: Invoice, _ canvas: Canvas) {
        func total(_ label: String, _ amount: String, _ style: TextStyle) -> Total {
            Total(
                label: canvas.text(label, style, width: Self.totalsWidth - Self.amountWidth),
                amount: canvas.fitted(amount, style, width: Self.amountWidth))
        }
        totals = SummaryText.totals(invoice).map { total($0.label, $0.amount, .body) }
        grand = total(
            SummaryText.grandLabel(invoice), "\(invoice.total.printed) \(invoice.currency)", .grandTotal)
        let leftWidth = InvoiceLayout.width - Self.totalsWidth - 2 * InvoiceLayout.gap
        taxes = invoice.taxLines.isEmpty ? nil : TaxTable(invoice.taxLines, width: leftWidth, canvas)
        words = SummaryText.words(invoice).map { canvas.text($0, .body, width: InvoiceLayout.width) }
        code = PaymentCodeBlock(invoice, canvas)
        let totalsHeight =
            totals.reduce(0) { $0 + max($1.label.height, $1.amount.height) + Self.rowGap } + 12
            + max(grand.label.height, grand.amount.height)
        upperHeight = max(totalsHeight, taxes?.height ?? 0)
        height =
            upperHeight + InvoiceLayout.gap + words.reduce(0) { $0 + $1.height + 3 }
            + (code.map { $0.height + InvoiceLayout.gap } ?? 0)
    }

    func draw(at top: Double, _ canvas: Canvas) {
        drawTotals(at: top, canvas)
        taxes?.draw(at: top, canvas)
        var y = top + upperHeight + InvoiceLayout.gap
        for line in words {
            canvas.draw(line, x: InvoiceLayout.left, y: y)
            y += line.height + 3
        }
        code?.draw(at: y + InvoiceLayout.gap, canvas)
    }

    private func drawTotals(at top: Double, _ canvas: Canvas) {
        let x = InvoiceLayout.right - Self.totalsWidth
        let amountX = InvoiceLayout.right - Self.amountWidth - 4
        var y = top
        for total in totals {
            canvas.draw(total.label, x: x, y: y)
            canvas.draw(total.amount, x: amountX, y: y)
            y += max(total.label.height, total.amount.height) + Self.rowGap
        }
        canvas.line(x: x, y: y + 2, width: Self.totalsWidth, thickness: 1, .accent)
        y += 7
        canvas.draw(grand.label, x: x, y: y)
        canvas.draw(grand.amount, x: amountX, y: y)
    }
}

/// Tax by rate.
private struct TaxTable {
    private static let rowHeight = 13.0

    let height: Double
    private let rows: [[TextBlock]]
    private let columnWidth: Double

    init(_ lines: [TaxLine], width: Double, _ canvas: Canvas) {
        let columnWidth = width / 3
        let head = ["Ставка ПДВ", "База", "ПДВ"].map {
            canvas.text($0, .tableHead, width: columnWidth - 4, $0 == "Ставка ПДВ" ? .left : .right)
        }
        let body = lines.map { line in
            [
                canvas.text(line.rate.printed, .body, width: columnWidth - 4),
                canvas.fitted(line.base.printed, .body, width: columnWidth - 4),
                canvas.fitted(line.tax.printed, .body, width: columnWidth - 4),
            ]
        }
        rows = [head] + body
        self.columnWidth = columnWidth
        height = Double(rows.count) * Self.rowHeight + 3
    }

    func draw(at top: Double, _ canvas: Canvas) {
        for (index, row) in rows.enumerated() {
            for (column, cell) in row.enumerated() {
                canvas.draw(
                    cell, x: InvoiceLayout.left + Double(column) * columnWidth + 4,
                    y: top + Double(index) * Self.rowHeight + (index > 0 ? 3 : 0))
            }
        }
        canvas.line(x: InvoiceLayout.left, y: top + Self.rowHeight, width: columnWidth * 3)
    }
}

/// The payment QR code with what a person needs to pay by hand.
private struct PaymentCodeBlock {
    private static let side = 104.0

    let height = side + 4
    private let code: QRCode
    private let mark: TextBlock
    private let caption: [TextBlock]

    /// nil where there is nothing to pay this way.
    init?(_ invoice: Invoice, _ canvas: Canvas) {
        guard let link = PaymentQR.link(for: invoice), let code = QRCode(link) else { return nil }
        self.code = code
        mark = canvas.text("₴", TextStyle(size: 12, isBold: true))
        let width = InvoiceLayout.width - Self.side - 2 * InvoiceLayout.gap
        caption = [
            canvas.text("Оплата за QR-кодом", .strong, width: width),
            canvas.text("Скануйте код у застосунку банку: реквізити заповняться самі.", .small, width: width),
            canvas.text("Якщо рахунок уже сплачено, платити ще раз не потрібно.", .small, width: width),
        ]
    }

    func draw(at top: Double, _ canvas: Canvas) {
        canvas.draw(code, x: InvoiceLayout.left, y: top, side: Self.side)
        drawMark(x: InvoiceLayout.left + Self.side / 2, y: top + Self.side / 2, canvas)
        var y = top + 4
        for line in caption {
            canvas.draw(line, x: InvoiceLayout.left + Self.side + 2 * InvoiceLayout.gap, y: y)
            y += line.height + 4
        }
    }

    /// The hryvnia sign in a white circle, as the rules for such codes want it; small enough for the error correction.
    private func drawMark(x: Double, y: Double, _ canvas: Canvas) {
        canvas.fillCircle(x: x, y: y, radius: 9, .white)
        canvas.draw(mark, x: x - mark.width / 2, y: y - mark.height / 2)
    }
}
