import Contracts

/// The table of lines. Its head is repeated on every page.
struct LineTable {
    private struct Column {
        let title: String
        let english: String
        let width: Double
        let alignment: Alignment
    }

    private static let columns: [Column] = {
        let fixed: [Column] = [
            Column(title: "К-сть", english: "Qty", width: 38, alignment: .right),
            Column(title: "Ціна", english: "Price", width: 70, alignment: .right),
            Column(title: "Знижка", english: "Discount", width: 64, alignment: .right),
            Column(title: "ПДВ", english: "VAT", width: 40, alignment: .right),
            Column(title: "Сума", english: "Total", width: 78, alignment: .right),
        ]
        let number = Column(title: "№", english: "No.", width: 26, alignment: .left)
        let rest = InvoiceLayout.width - number.width - fixed.reduce(0) { $0 + $1.width }
        return [number, Column(title: "Товар", english: "Item", width: rest, alignment: .left)] + fixed
    }()

    private static let inset = 4.0
    private static let rowPadding = 4.5

    private struct Row {
        let cells: [TextBlock]
        let sku: TextBlock?
        let height: Double
    }

    let headHeight = 27.0
    private let rows: [Row]

    init(_ lines: [InvoiceLine], _ canvas: Canvas) {
        rows = lines.enumerated().map { index, line in
            let texts = [
                "\(index + 1)", line.name, "\(line.quantity)", line.price.printed,
                line.discount.isZero ? "–" : line.discount.printed, line.taxRate.printed, line.total.printed,
            ]
            let cells = zip(texts, Self.columns).enumerated().map { index, cell in
                let width = cell.1.width - 2 * Self.inset
                return index == 1
                    ? canvas.text(cell.0, .body, width: width)
                    : canvas.fitted(cell.0, .body, width: width, cell.1.alignment)
            }
            let sku = line.sku.map {
                canvas.text("Артикул: \($0)", .small, width: Self.columns[1].width - 2 * Self.inset)
            }
            let content = max(cells.map(\.height).max() ?? 0, cells[1].height + (sku.map { $0.height + 1 } ?? 0))
            return Row(cells: cells, sku: sku, height: content + 2 * Self.rowPadding)
        }
    }

    var rowHeights: [Double] { rows.map(\.height) }

    func height(_ range: Range<Int>) -> Double { rows[range].reduce(headHeight) { $0 + $1.height } }

    func draw(_ range: Range<Int>, at top: Double, _ canvas: Canvas) {
        drawHead(at: top, canvas)
        var y = top + headHeight
        for row in rows[range] {
            var x = InvoiceLayout.left
            for (cell, column) in zip(row.cells, Self.columns) {
                canvas.draw(cell, x: x + Self.inset, y: y + Self.rowPadding)
                x += column.width
            }
            if let sku = row.sku {
                canvas.draw(
                    sku, x: InvoiceLayout.left + Self.columns[0].width + Self.inset,
                    y: y + Self.rowPadding + row.cells[1].height + 1)
            }
            y += row.height
            canvas.line(x: InvoiceLayout.left, y: y, width: InvoiceLayout.width)
        }
    }

    private func drawHead(at top: Double, _ canvas: Canvas) {
        canvas.fill(x: InvoiceLayout.left, y: top, width: InvoiceLayout.width, height: headHeight, .panel)
        canvas.line(x: InvoiceLayout.left, y: top + headHeight, width: InvoiceLayout.width, thickness: 1, .accent)
        var x = InvoiceLayout.left
        for column in Self.columns {
            let width = column.width - 2 * Self.inset
            canvas.draw(
                canvas.text(column.title, .tableHead, width: width, column.alignment), x: x + Self.inset, y: top + 5)
            canvas.draw(
                canvas.text(column.english, .tableHeadSmall, width: width, column.alignment), x: x + Self.inset,
                y: top + 15.5)
            x += column.width
        }
    }
}
