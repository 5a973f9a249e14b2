import Contracts

/// A promo code on its way to an order: its use is asked for and not granted yet.
struct PromoApplication: Sendable, Equatable {
    /// The request for the use; what the promo worker says names it as its cause.
    let id: Identifier
    let code: String
    /// Version of the order when the use was asked for.
    let orderVersion: Int64
    /// Those who wait for the answer, the first of them first.
    var askers: [Asker]

    /// Whoever comes after so many is shown the operation of the first.
    static let askerLimit = 8
}

extension PromoApplication: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("code", code)
            $0.member("order_version", orderVersion)
            $0.member("askers", array: askers)
        }
    }

    init(json: JSON) throws {
        self.init(
            id: try json.id("id"), code: try json.text("code"), orderVersion: try json.int("order_version"),
            askers: try json.list("askers").map { try Asker(json: $0) })
    }
}

extension Order {
    /// Why the order takes no promo code now, whichever it is; nil when it does.
    var refusalOfPromoCodes: Problem? {
        guard status == .pending, cancelling == nil else {
            let standing = cancelling == nil ? status.rawValue : "being cancelled"
            return Problem(
                .invalidTransition, "An order that is \(standing) takes no promo code.", current: status.rawValue)
        }
        return isBeingPaid ? .paymentInProgress(status) : nil
    }

    /// Somebody pays, or has paid a part.
    private var isBeingPaid: Bool { !amountPaid.isZero || payments.contains(where: \.status.isOpen) }

    /// The order with what a promo code gives it.
    func taking(_ grant: PromoGrant) -> Order {
        var order = priced(
            discounts: grant.discounts, shippingDiscount: grant.shippingDiscount,
            quote: shippingCost + shippingDiscount)
        order.promoCode = grant.code
        order.redemptionID = grant.redemptionID
        order.applying = nil
        return order
    }
}

extension Problem {
    static func paymentInProgress(_ status: OrderStatus) -> Problem {
        Problem(.paymentInProgress, "The order is being paid.", current: status.rawValue)
    }
}
