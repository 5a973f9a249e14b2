import Contracts
import Worker

/// Orders that need other workers before they exist: a price for the delivery, a use of a promo code.
extension OrderRules {
    func put(off draft: OrderDraft, send message: Message, _ context: DecisionContext) -> Decision<OrderChange> {
        Decision(
            [.drafted(draft)], answer: .later, sends: [message],
            timers: [
                .set(
                    "draft", subject: draft.order.id.description, tenant: context.tenant,
                    at: context.now.adding(Self.patience))
            ])
    }

    func quoteRequest(_ order: Order, _ context: DecisionContext) -> Message {
        let body = JSONWriter.object {
            $0.member("order_id", order.id)
            $0.member("carrier", order.delivery?.carrier)
            $0.member("service", order.delivery?.service)
            $0.member("city", order.shippingAddress.city)
            $0.member("city_ref", order.delivery?.cityRef)
            $0.member("branch_ref", order.delivery?.branchRef)
            $0.member("weight_grams", order.weightGrams)
            $0.member("declared_value", order.subtotal)
            $0.member("currency", order.currency)
        }
        return context.message("shipment.quote", body)
    }

    /// `orderVersion`: of an order that is there already.
    func redemption(
        of code: String?, _ order: Order, shipping: Money, orderVersion: Int64? = nil, _ context: DecisionContext
    ) -> Message {
        let body = JSONWriter.object {
            $0.member("code", code)
            $0.member("order_id", order.id)
            $0.member("order_version", orderVersion)
            $0.member("customer_id", order.customerID)
            $0.member("currency", order.currency)
            $0.name("lines")
            $0.array(order.lines) { writer, line in
                writer.object {
                    $0.member("product_id", line.productID)
                    $0.member("quantity", line.quantity)
                    $0.member("price", line.price)
                    $0.member("categories", array: line.categories)
                }
            }
            $0.member("shipping_cost", shipping)
        }
        return context.message("promo.redeem", body)
    }

    // MARK: Answers

    func quoted(_ quote: DeliveryQuote, _ draft: OrderDraft, _ context: DecisionContext) -> Decision<
        OrderChange
    > {
        guard draft.waitsFor == .quote, var delivery = draft.order.delivery else { return .ignore }
        guard let price = quote.price else {
            let code = quote.refusal ?? .addressNotServed
            let problem = Problem(
                code, "The carrier does not deliver there.",
                errors: [
                    FieldError(pointer: "/delivery", code: code.rawValue, detail: "The carrier does not deliver there.")
                ])
            return abandon(draft, .refusal(problem))
        }
        delivery.quoteSource = quote.source
        delivery.estimatedDate = quote.estimatedDate
        if draft.order.promoCode != nil {
            return Decision(
                [.draftQuoted(price, delivery)],
                sends: [redemption(of: draft.order.promoCode, draft.order, shipping: price, context)])
        }
        var order = draft.order.priced(discounts: [:], shippingDiscount: .zero(price.currency), quote: price)
        order.delivery = delivery
        return finish(order, draft)
    }

    func redeemed(_ grant: PromoGrant, _ draft: OrderDraft, _ context: DecisionContext) -> Decision<OrderChange> {
        guard draft.waitsFor == .promo else { return .ignore }
        var order = draft.order.priced(
            discounts: grant.discounts, shippingDiscount: grant.shippingDiscount,
            quote: draft.quote ?? .zero(draft.order.currency))
        order.redemptionID = grant.redemptionID
        var decision = finish(order, draft)
        decision.changes.append(.heard(grant.event))
        return decision
    }

    func rejected(_ reasons: [FieldError], _ draft: OrderDraft, _ context: DecisionContext) -> Decision<
        OrderChange
    > {
        abandon(
            draft, .refusal(.promoNotEligible(draft.order.promoCode ?? "", reasons, draft.order.currency)))
    }

    /// Prices and discounts are those of the request; the clock of the order's life starts when it exists.
    private func finish(_ order: Order, _ draft: OrderDraft) -> Decision<OrderChange> {
        Decision(
            creation(order), timers: [.clear("draft", subject: order.id.description, tenant: order.tenant)],
            resolutions: [(draft.commandID, .resource(status: 201))])
    }

    private func abandon(_ draft: OrderDraft, _ answer: Decision<OrderChange>.Answer) -> Decision<OrderChange> {
        Decision(
            [.draftAbandoned],
            timers: [.clear("draft", subject: draft.order.id.description, tenant: draft.order.tenant)],
            resolutions: [(draft.commandID, answer)])
    }

    func timedOut(_ draft: OrderDraft, _ context: DecisionContext) -> Decision<OrderChange> {
        var decision = abandon(draft, .refusal(Self.silence))
        if draft.waitsFor == .promo {
            decision.sends = [release(of: draft.order.promoCode, draft.order.id, orderVersion: nil, context)]
        }
        return decision
    }

    // MARK: Giving back

    /// Gives back a use that came when nobody waited for it any more. `orderVersion`: what the order asked for at this version
    /// or later stays.
    func release(_ grant: PromoGrant, orderVersion: Int64?, _ context: DecisionContext) -> Message {
        release(of: grant.code, grant.orderID, orderVersion: orderVersion, context)
    }

    private func release(
        of code: String?, _ order: Identifier, orderVersion: Int64?, _ context: DecisionContext
    ) -> Message {
        let body = JSONWriter.object {
            $0.member("code", code)
            $0.member("order_id", order)
            $0.member("order_version", orderVersion)
            $0.member("reason", "order_not_created")
        }
        return context.message("promo.release", body)
    }
}

extension Problem {
    /// The promo worker's reasons against a code.
    static func promoNotEligible(_ code: String, _ reasons: [FieldError], _ currency: Currency) -> Problem {
        Problem(.promoNotEligible, "\(code) cannot be used for this order.", errors: reasons, currency: currency)
    }
}
