import Contracts

/// Figures of one interval, in one currency.
struct OrderFigures: Sendable, Equatable {
    private(set) var byStatus: [OrderStatus: Int64] = [:]
    private(set) var revenue: Money
    private(set) var refunds: Money
    /// Orders confirmed in the interval, and the sum of their totals.
    private(set) var confirmed: Int64 = 0
    private(set) var confirmedTotal: Money

    var orders: Int64 { byStatus.values.reduce(0, +) }
    var netRevenue: Money { revenue - refunds }

    /// Rounded half away from zero; 0 of no orders.
    var averageOrderValue: Money {
        guard confirmed > 0 else { return .zero(revenue.currency) }
        return Money(minor: Rounding.half(confirmedTotal.minor, times: 1, over: confirmed), revenue.currency)
    }

    init(_ currency: Currency) {
        revenue = .zero(currency)
        refunds = .zero(currency)
        confirmedTotal = .zero(currency)
    }

    mutating func created(_ count: Int64, _ status: OrderStatus) { byStatus[status, default: 0] += count }
    mutating func took(_ amount: Int64) { revenue.minor += amount }
    mutating func returned(_ amount: Int64) { refunds.minor += amount }
    mutating func confirmed(_ count: Int64, total: Int64) {
        confirmed += count
        confirmedTotal.minor += total
    }

    static func += (left: inout OrderFigures, right: OrderFigures) {
        left.byStatus.merge(right.byStatus, uniquingKeysWith: +)
        left.revenue += right.revenue
        left.refunds += right.refunds
        left.confirmed += right.confirmed
        left.confirmedTotal += right.confirmedTotal
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("orders", orders)
        writer.name("by_status")
        writer.raw(JSONWriter.counts(OrderStatus.allCases.map { ($0.rawValue, byStatus[$0] ?? 0) }))
        writer.member("revenue", revenue)
        writer.member("refunds", refunds)
        writer.member("net_revenue", netRevenue)
        writer.member("average_order_value", averageOrderValue)
    }
}

extension JSONWriter {
    /// An object of counts. The names are words of the contract and need no escaping.
    fileprivate static func counts(_ counts: [(name: String, count: Int64)]) -> [UInt8] {
        Array("{\(counts.map { "\"\($0.name)\":\($0.count)" }.joined(separator: ","))}".utf8)
    }
}
