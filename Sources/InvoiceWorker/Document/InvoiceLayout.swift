import Contracts

/// Puts a document on pages. First all is measured and shared out over pages, then drawn, so that every page can say
/// how many there are.
struct InvoiceLayout {
    static let left = 42.0
    static let right = Canvas.width - 42.0
    static let width = right - left
    static let top = 40.0
    /// Where the footer begins.
    static let bottom = Canvas.height - 46.0
    static let gap = 12.0

    private let invoice: Invoice
    private let canvas: Canvas
    private let heading: HeadingBlock
    private let table: LineTable
    private let summary: SummaryBlock

    init(_ invoice: Invoice, _ time: BusinessTime, _ canvas: Canvas) {
        self.invoice = invoice
        self.canvas = canvas
        heading = HeadingBlock(invoice, time, canvas)
        table = LineTable(invoice.lines, canvas)
        summary = SummaryBlock(invoice, canvas)
    }

    func draw() {
        let pages = self.pages()
        for (index, rows) in pages.enumerated() {
            let isLast = index == pages.count - 1
            var y = Self.top
            if index == 0 {
                heading.draw(at: y, canvas)
                y += heading.height + Self.gap
            } else {
                y += drawContinuation(at: y)
            }
            if !rows.isEmpty {
                table.draw(rows, at: y, canvas)
                y += table.height(rows)
            }
            if isLast { summary.draw(at: y + Self.gap, canvas) }
            drawFooter(page: index + 1, of: pages.count)
            canvas.endPage()
        }
    }

    /// The rows of each page; the summary comes after the last rows. A summary that needs a page of its own takes the
    /// last row along.
    private func pages() -> [Range<Int>] {
        var pages: [Range<Int>] = []
        var start = 0
        var y = Self.top + heading.height + Self.gap + table.headHeight
        for row in table.rowHeights.indices {
            if y + table.rowHeights[row] > Self.bottom, row > start {
                pages.append(start..<row)
                start = row
                y = Self.top + continuationHeight + table.headHeight
            }
            y += table.rowHeights[row]
        }
        let end = table.rowHeights.count
        if y + Self.gap + summary.height > Self.bottom, end > 0 {
            let last = max(start, end - 1)
            if last > start { pages.append(start..<last) } else { pages.append(start..<end) }
            start = last > start ? last : end
        }
        pages.append(start..<end)
        return pages
    }

    // MARK: What is on every page

    private let continuationHeight = 24.0

    private func drawContinuation(at y: Double) -> Double {
        let text = canvas.text(
            "\(invoice.heading) № \(invoice.number), продовження", .small, width: Self.width)
        canvas.draw(text, x: Self.left, y: y)
        canvas.line(x: Self.left, y: y + 15, width: Self.width)
        return continuationHeight
    }

    private func drawFooter(page: Int, of count: Int) {
        let y = Canvas.height - 34
        canvas.line(x: Self.left, y: y - 6, width: Self.width)
        canvas.draw(
            canvas.fitted("\(invoice.seller.name) · № \(invoice.number)", .label, width: 380, .left), x: Self.left, y: y
        )
        let number = canvas.text("Сторінка \(page) з \(count)", .label, width: 120, .right)
        canvas.draw(number, x: Self.right - 120, y: y)
    }
}
