import Contracts

/// The tax of one rate.
public struct TaxLine: Equatable, Sendable, JSONEncodable {
    public let rate: Percent
    /// Amount without tax.
    public let base: Money
    public let tax: Money

    public init(rate: Percent, base: Money, tax: Money) {
        self.rate = rate
        self.base = base
        self.tax = tax
    }

    /// What was paid at this rate, tax included.
    var gross: Money { base + tax }

    public func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("rate", rate)
            $0.member("base", base)
            $0.member("tax", tax)
        }
    }

    public init(json: JSON, _ currency: Currency) throws {
        self.init(
            rate: try json.percent("rate"), base: try json.money("base", currency),
            tax: try json.money("tax", currency))
    }
}

extension TaxLine {
    /// Tax by rate, the highest rate first: the lines, and the delivery at the tenant's rate. Nothing where no tax is
    /// counted at all. `delivery` is the delivery with its tax, nil when there is none.
    static func byRate(_ lines: [InvoiceLine], delivery: TaxLine?, _ mode: TaxMode) -> [TaxLine] {
        guard mode != .none else { return [] }
        let parts = lines.map { TaxLine(rate: $0.taxRate, base: $0.total - $0.tax, tax: $0.tax) }
        let groups = Dictionary(grouping: parts + (delivery.map { [$0] } ?? []), by: \.rate)
        return groups.values.compactMap { group in
            guard let first = group.first else { return nil }
            return group.dropFirst().reduce(first) {
                TaxLine(rate: $0.rate, base: $0.base + $1.base, tax: $0.tax + $1.tax)
            }
        }.sorted { $0.rate > $1.rate }
    }
}
