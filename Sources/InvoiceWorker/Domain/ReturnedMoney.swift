import Contracts

/// What a credit note shows of the money that went back.
struct ReturnedMoney {
    private(set) var lines: [InvoiceLine] = []
    private(set) var shippingCost: Money
    private(set) var taxLines: [TaxLine] = []

    private let invoice: Invoice
    private let amount: Money
    private let tax: Money

    init(_ refund: CompletedRefund, of invoice: Invoice, after earlier: [Invoice], tax: Money) {
        self.invoice = invoice
        self.tax = tax
        amount = refund.amount
        shippingCost = .zero(invoice.currency)
        let rates = Set(invoice.taxLines.map(\.rate))
        guard rates.count <= 1 else {
            splitByRate()
            return
        }
        if let rate = rates.first { taxLines = [TaxLine(rate: rate, base: amount - tax, tax: tax)] }
        let delivery = refund.shippingAmount <= amount ? refund.shippingAmount : .zero(invoice.currency)
        if !takeUnits(refund.items, delivery: delivery, after: earlier) {
            takeSum(rate: rates.first ?? Percent(hundredths: 0), delivery: delivery)
        }
    }

    private var isExclusive: Bool { invoice.taxMode == .exclusive }

    /// Lines of the units that came back, if these and the delivery make up the sum.
    private mutating func takeUnits(
        _ items: [CompletedRefund.Item], delivery: Money, after earlier: [Invoice]
    ) -> Bool {
        var sold: [(line: InvoiceLine, quantity: Int64, gross: Money)] = []
        for item in items {
            guard let line = invoice.lines.first(where: { $0.orderItemID == item.orderItemID }) else { return false }
            let before = earlier.flatMap(\.lines).filter { $0.orderItemID == item.orderItemID }
                .reduce(0) { $0 + $1.quantity }
            guard item.quantity > 0, before + item.quantity <= line.quantity else { return false }
            sold.append((line, item.quantity, line.share(of: item.quantity, after: before)))
        }
        guard !sold.isEmpty, sold.reduce(delivery, { $0 + $1.gross }) == amount else { return false }
        let taxes = tax.apportioned(over: sold.map(\.gross) + [delivery])
        let units = zip(sold, taxes).map { unit, tax in
            let net = isExclusive ? unit.gross - tax : unit.gross
            return InvoiceLine(
                orderItemID: unit.line.orderItemID, sku: unit.line.sku, name: unit.line.name, quantity: unit.quantity,
                price: unit.line.price, discount: unit.line.price * unit.quantity - net, taxRate: unit.line.taxRate,
                tax: tax, total: unit.gross)
        }
        guard units.allSatisfy({ $0.discount.minor >= 0 }) else { return false }
        lines = units
        shippingCost = isExclusive ? delivery - taxes[sold.count] : delivery
        return true
    }

    /// One line with the bare sum.
    private mutating func takeSum(rate: Percent, delivery: Money) {
        let goods = amount - delivery
        let taxes = tax.apportioned(over: [goods, delivery])
        if !goods.isZero { lines = [sumLine(goods, tax: taxes[0], rate: rate)] }
        shippingCost = isExclusive ? delivery - taxes[1] : delivery
    }

    /// One line a rate, in the proportions of the invoice, the delivery's share in the line of its rate.
    private mutating func splitByRate() {
        let sums = amount.apportioned(over: invoice.taxLines.map(\.gross))
        let taxes = tax.apportioned(over: invoice.taxLines.map(\.tax))
        for (line, (sum, tax)) in zip(invoice.taxLines, zip(sums, taxes)) where !sum.isZero || !tax.isZero {
            lines.append(sumLine(sum, tax: tax, rate: line.rate))
            taxLines.append(TaxLine(rate: line.rate, base: sum - tax, tax: tax))
        }
    }

    private func sumLine(_ gross: Money, tax: Money, rate: Percent) -> InvoiceLine {
        InvoiceLine(
            name: "Повернення коштів за рахунком \(invoice.number)", quantity: 1,
            price: isExclusive ? gross - tax : gross, discount: .zero(invoice.currency), taxRate: rate, tax: tax,
            total: gross)
    }
}

extension InvoiceLine {
    /// What `quantity` more units are worth after `before` were given back (rules.md section 6, *By units*).
    fileprivate func share(of quantity: Int64, after before: Int64) -> Money {
        func part(_ units: Int64) -> Int64 { Rounding.half(total.minor, times: units, over: self.quantity) }
        return Money(minor: part(before + quantity) - part(before), total.currency)
    }
}

extension Money {
    /// The amount in parts in proportion to the weights. The parts add up to it always; what cannot be shared in
    /// proportion goes to the heaviest.
    fileprivate func apportioned(over weights: [Money]) -> [Money] {
        var shares = Rounding.spread(minor, over: weights.map(\.minor))
        let heaviest = weights.indices.reduce(0) { weights[$1] > weights[$0] ? $1 : $0 }
        shares[heaviest] += minor - shares.reduce(0, +)
        return shares.map { Money(minor: $0, currency) }
    }
}
