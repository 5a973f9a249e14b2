import Contracts
import Testing

@testable import InvoiceWorker

@Suite("Credit notes") struct CreditNoteTests {
    private func note(
        _ refund: CompletedRefund, of invoice: Invoice, after earlier: [Invoice] = []
    ) throws -> Invoice {
        Invoice(
            for: refund, of: invoice, after: earlier, paid: invoice.total,
            IssueStamp(
                id: .derived(from: "note"), number: try #require(DocumentNumber("CN-2025-000001")),
                at: try #require(Timestamp("2025-09-18T09:00:04.000Z"))))
    }

    /// What must hold of every document.
    private func expectSums(_ document: Invoice, _ comment: Comment) {
        let zero = Money.zero(document.currency)
        let added = document.taxMode == .exclusive ? document.tax : zero
        #expect(document.total == document.subtotal - document.discount + document.shippingCost + added, comment)
        #expect(document.subtotal == document.lines.reduce(zero) { $0 + $1.price * $1.quantity }, comment)
        #expect(document.discount == document.lines.reduce(zero) { $0 + $1.discount }, comment)
        if !document.taxLines.isEmpty {
            #expect(document.tax == document.taxLines.reduce(zero) { $0 + $1.tax }, comment)
            #expect(document.total == document.taxLines.reduce(zero) { $0 + $1.gross }, comment)
        }
        for line in document.lines {
            let net = document.taxMode == .exclusive ? line.total - line.tax : line.total
            #expect(net == line.price * line.quantity - line.discount, comment)
            #expect(line.discount.minor >= 0 && line.tax.minor >= 0, comment)
        }
    }

    @Test func namesTheUnitsThatCameBack() throws {
        let invoice = try Sample.invoice()
        let note = try note(Sample.refund("600.00", units: 1), of: invoice)
        #expect(note.kind == .creditNote)
        #expect(note.invoiceNumber == invoice.number)
        #expect(note.refundID == Identifier.derived(from: "a"))
        #expect(note.total.description == "600.00")
        #expect(note.tax.description == "100.00")
        let line = try #require(note.lines.first)
        #expect(line.sku == "HP-100")
        #expect(line.quantity == 1)
        #expect(line.discount.description == "150.00")
        #expect(line.total.description == "600.00")
        #expect(
            note.taxLines == [TaxLine(rate: Percent(hundredths: 2000), base: try Sample.uah("500.00"), tax: note.tax)])
        expectSums(note, "one unit")
    }

    @Test func unitsWithDelivery() throws {
        let note = try note(Sample.refund("1295.00", units: 2, shipping: "95.00"), of: Sample.invoice())
        #expect(note.shippingCost.description == "95.00")
        #expect(note.lines.map(\.total.description) == ["1200.00"])
        #expect(note.tax.description == "215.83")
        expectSums(note, "everything")
    }

    @Test(arguments: [("500.00", Int64(0)), ("599.99", 1), ("600.00", 3)])
    func namesTheBareSumOtherwise(amount: String, units: Int64) throws {
        let note = try note(Sample.refund(amount, units: units), of: Sample.invoice())
        #expect(note.lines.map(\.orderItemID) == [nil])
        #expect(note.lines.map(\.total.description) == [amount])
        #expect(note.lines.first?.name == "Повернення коштів за рахунком INV-2025-000001")
        expectSums(note, "\(amount)")
    }

    @Test func unitsAfterUnits() throws {
        let invoice = try Sample.invoice()
        let first = try note(Sample.refund("600.00", id: "a", units: 1), of: invoice)
        let second = try note(Sample.refund("600.00", id: "b", units: 1), of: invoice, after: [first])
        #expect(second.lines.map(\.sku) == ["HP-100"])
        let third = try note(Sample.refund("95.00", id: "c", units: 1), of: invoice, after: [first, second])
        #expect(third.lines.map(\.sku) == [nil])
        #expect([first, second, third].map(\.tax.description) == ["100.00", "100.00", "15.83"])
    }

    /// Many ways to give the money of many orders back: every note adds up, and all of them give back the whole tax.
    @Test(arguments: [TaxMode.inclusive, .exclusive, .none])
    func alwaysAddUp(mode: TaxMode) throws {
        var random = LinearGenerator(seed: 20_250_918)
        for round in 0..<300 {
            let invoice = try Self.invoice(mode, rates: round % 3 == 0 ? [2000, 700, 0] : [2000], &random)
            var left = invoice.total
            var notes: [Invoice] = []
            while left.minor > 0 {
                let amount = Money(minor: min(left.minor, Int64.random(in: 1...60_000, using: &random)), .uah)
                let shipping = Money(minor: Int64.random(in: 0...min(amount.minor, 5000), using: &random), .uah)
                let refund = try Sample.refund(
                    amount.description, id: "\(notes.count)", shipping: shipping.description)
                let next = try note(refund, of: invoice, after: notes)
                #expect(next.total == amount)
                expectSums(next, "round \(round), \(mode)")
                notes.append(next)
                left -= amount
            }
            #expect(notes.reduce(.zero(.uah)) { $0 + $1.tax } == invoice.tax, "round \(round), \(mode)")
        }
    }

    private static func invoice(
        _ mode: TaxMode, rates: [Int64], _ random: inout LinearGenerator
    ) throws -> Invoice {
        func tax(_ net: Int64, _ rate: Int64) -> Int64 {
            switch mode {
            case .inclusive: Rounding.half(net, times: rate, over: 10_000 + rate)
            case .exclusive: Rounding.half(net, times: rate, over: 10_000)
            case .none: 0
            }
        }
        var lines: [InvoiceLine] = []
        for rate in rates {
            let price = Int64.random(in: 1...50_000, using: &random)
            let quantity = Int64.random(in: 1...4, using: &random)
            let discount = Int64.random(in: 0...price * quantity / 2, using: &random)
            let net = price * quantity - discount
            lines.append(
                InvoiceLine(
                    orderItemID: .derived(from: "\(rate)"), name: "x", quantity: quantity,
                    price: Money(minor: price, .uah), discount: Money(minor: discount, .uah),
                    taxRate: Percent(hundredths: rate), tax: Money(minor: tax(net, rate), .uah),
                    total: Money(minor: mode == .exclusive ? net + tax(net, rate) : net, .uah)))
        }
        var invoice = try Sample.invoice()
        let shipping = Money(minor: 9500, .uah)
        let shippingTax = Money(minor: tax(9500, 2000), .uah)
        invoice.taxMode = mode
        invoice.lines = lines
        invoice.subtotal = lines.reduce(.zero(.uah)) { $0 + $1.price * $1.quantity }
        invoice.discount = lines.reduce(.zero(.uah)) { $0 + $1.discount }
        invoice.shippingCost = shipping
        invoice.tax = lines.reduce(shippingTax) { $0 + $1.tax }
        invoice.total = lines.reduce(mode == .exclusive ? shipping + shippingTax : shipping) { $0 + $1.total }
        invoice.taxLines = TaxLine.byRate(
            lines,
            delivery: TaxLine(
                rate: Percent(hundredths: 2000), base: mode == .inclusive ? shipping - shippingTax : shipping,
                tax: shippingTax), mode)
        return invoice
    }
}

/// A sequence that is the same in every run.
struct LinearGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
