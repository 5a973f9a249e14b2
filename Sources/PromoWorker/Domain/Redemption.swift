import Contracts

/// One use of a code by one order.
struct Redemption: Sendable, Equatable {
    /// Why a use was given back.
    enum ReleaseReason: String, Sendable, JSONEncodable {
        case orderCancelled = "order_cancelled"
        case orderExpired = "order_expired"
        case orderRefunded = "order_refunded"
        case orderNotCreated = "order_not_created"
    }

    struct Allocation: Sendable, Equatable, JSONEncodable {
        let productID: String
        let discount: Money

        func write(to writer: inout JSONWriter) {
            writer.object {
                $0.member("product_id", productID)
                $0.member("discount", discount)
            }
        }
    }

    let key: PromoKey
    let id: Identifier
    let orderID: Identifier
    let customerID: String
    let discount: Money
    let shippingDiscount: Money
    let allocations: [Allocation]
    /// The code was one for first orders when it was used.
    let isFirstOrder: Bool
    let createdAt: Timestamp
    /// Version of the order when it asked for the use last; 0 before the order existed.
    var orderVersion: Int64 = 0
    var releasedAt: Timestamp?
    var releaseReason: ReleaseReason?

    var isLive: Bool { releasedAt == nil }

    var currency: Currency { discount.currency }
}

extension [Redemption.Allocation] {
    /// Shares of lines, added up for each product, in the order of the lines.
    init(_ shares: [Money], of lines: [Cart.Line]) {
        var sums: [(product: String, discount: Money)] = []
        for (share, line) in zip(shares, lines) {
            if let index = sums.firstIndex(where: { $0.product == line.productID }) {
                sums[index].discount += share
            } else {
                sums.append((line.productID, share))
            }
        }
        self = sums.map { Redemption.Allocation(productID: $0.product, discount: $0.discount) }
    }
}
