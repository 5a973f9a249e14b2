import Contracts

/// What is known of the lines that a code is tried on.
struct Cart: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        let productID: String
        var quantity: Int64
        let price: Money
        let categories: [String]

        var subtotal: Int64 { price.minor * quantity }
    }

    /// nil: only the sum is known.
    let lines: [Line]?
    /// Sum of all lines before any discount.
    let total: Money
    /// The quoted delivery price.
    let shippingCost: Money

    var currency: Currency { total.currency }

    /// Lines of one product at one price are merged at the place of the first.
    init(lines: [Line], shippingCost: Money) {
        var merged: [Line] = []
        var places: [String: Int] = [:]
        for line in lines {
            if let place = places[line.productID], merged[place].price == line.price {
                merged[place].quantity += line.quantity
            } else {
                places[line.productID] = places[line.productID] ?? merged.count
                merged.append(line)
            }
        }
        self.lines = merged
        total = Money(minor: merged.reduce(0) { $0 + $1.subtotal }, shippingCost.currency)
        self.shippingCost = shippingCost
    }

    init(total: Money, shippingCost: Money) {
        lines = nil
        self.total = total
        self.shippingCost = shippingCost
    }
}
