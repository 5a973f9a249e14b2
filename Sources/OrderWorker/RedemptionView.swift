import Contracts

/// The use of a promo code that an order holds, as one caller sees it (schema `PromoRedemption`).
enum RedemptionView {
    static func reply(status: Int, _ order: Order, to message: Message) -> Reply {
        guard let id = order.redemptionID, let code = order.promoCode else {
            return Problem(.internalError, "The order has no promo code.").reply(to: message)
        }
        let body = JSONWriter.object(capacity: 2048) {
            $0.member("id", id)
            $0.member("code", code)
            $0.member("order_id", order.id)
            $0.member("customer_id", order.customerID)
            $0.member("status", "redeemed")
            $0.member("discount", order.discount)
            $0.member("shipping_discount", order.shippingDiscount)
            $0.member("currency", order.currency)
            // The promo worker makes the id at the instant of the use.
            $0.member("created_at", id.timestamp)
            $0.member(
                "order",
                raw: OrderView.body(
                    document: order.document, allowed: OrderTransitions.allowed(for: message.actor, order)))
        }
        return Reply(status: status, headers: ["Vary": "Authorization"], body: body)
    }
}
