import Contracts
import Worker

/// The rules of an order's life. Pure: what is to happen elsewhere is returned, not done.
struct OrderRules: Decider {
    let terms: OrderTerms

    /// A draft that got no answer from its helpers is given up after this time.
    static let draftPatience: Duration = .seconds(660)

    func decide(_ command: OrderCommand, _ state: OrderState?, _ context: DecisionContext) -> Decision<OrderChange> {
        switch (command, state) {
        case (.create(let id, let request, let products), nil): create(id, request, products, context)
        case (.quoted(let quote), .draft(let draft)): quoted(quote, draft, context)
        case (.promoRedeemed(let grant), .draft(let draft)): redeemed(grant, draft, context)
        case (.promoRejected(let reasons), .draft(let draft)): rejected(reasons, draft, context)
        case (.draftTimedOut, .draft(let draft)): timedOut(draft, context)
        case (.promoRedeemed(let grant), .abandoned): giveBack(grant, context)
        case (.promoRedeemed(let grant), .order): .accept([.heard(grant.event)])
        case (.forward(let type), .order(let order)): forward(as: type, order, context)
        case (.payment(let news), .order(let order)): payment(news, order)
        case (.shipment(let news), .order(let order)): shipment(news, order)
        case (.stock(let status, let reason), .order(let order)): stock(status, reason: reason, order)
        case (.expire, .order(let order)): expire(order, context)
        case (.heard(let event), .order): .accept([.heard(event)])
        case (.forward, _): .refuse(.notFound("order"))
        case (.payment, nil), (.shipment, nil), (.stock, nil), (.heard, nil), (.promoRedeemed, nil):
            Decision(answer: .tryAgain(reason: "there is no such order yet"))
        default: .ignore
        }
    }

    // MARK: Creation

    private func create(
        _ id: Identifier, _ request: OrderRequest, _ products: [String: Product], _ context: DecisionContext
    ) -> Decision<OrderChange> {
        switch newOrder(id, request, products, context) {
        case .failure(let refusal): return .refuse(refusal.problem)
        case .success(let order):
            if order.delivery != nil {
                return put(
                    off: OrderDraft(order: order, commandID: context.message.id, waitsFor: .quote, quote: nil),
                    send: quoteRequest(order, context), context)
            }
            if order.promoCode != nil {
                return put(
                    off: OrderDraft(
                        order: order, commandID: context.message.id, waitsFor: .promo, quote: .zero(order.currency)),
                    send: redemption(order, shipping: .zero(order.currency), context), context)
            }
            return Decision(creation(order), answer: .resource(status: 201))
        }
    }

    /// The order priced from the catalogue, before discount and delivery.
    private func newOrder(
        _ id: Identifier, _ request: OrderRequest, _ products: [String: Product], _ context: DecisionContext
    ) -> Result<Order, Refusal> {
        let currency = request.currency ?? terms.currency
        var faults: [FieldError] = []
        var lines: [OrderLine] = []
        for item in request.items {
            guard let product = products[item.productID] else {
                faults.append(
                    FieldError(
                        pointer: item.pointer, code: ProblemCode.productNotFound.rawValue,
                        detail: "\(item.productID) is not in the catalogue."))
                continue
            }
            guard product.price.currency == currency else {
                return .failure(
                    Refusal(
                        Problem(
                            .currencyMismatch, "\(item.productID) is priced in \(product.price.currency).",
                            errors: [
                                FieldError(
                                    pointer: item.pointer, code: ProblemCode.currencyMismatch.rawValue,
                                    detail: "Is priced in \(product.price.currency).")
                            ])))
            }
            let line = OrderLine(
                id: context.newID(), productID: product.id, sku: product.sku, name: product.name,
                categories: product.categories, quantity: item.quantity, price: product.price,
                taxRate: product.taxRate ?? terms.taxRate, weightGrams: product.weightGrams, discount: .zero(currency),
                tax: .zero(currency), total: .zero(currency))
            lines.append(OrderPricing.line(line, discount: .zero(currency), mode: terms.taxMode))
        }
        guard faults.isEmpty else {
            return .failure(Refusal(Problem(.productNotFound, faults[0].detail, errors: faults)))
        }
        return .success(
            Order(
                id: id, tenant: context.tenant, customerID: request.customerID,
                reference: request.reference,
                lines: lines, currency: currency, taxMode: terms.taxMode, taxRate: terms.taxRate,
                shippingCost: .zero(currency), shippingDiscount: .zero(currency), shippingTax: .zero(currency),
                amountPaid: .zero(currency), amountRefunded: .zero(currency), promoCode: request.promoCode,
                shippingAddress: request.shippingAddress,
                billingAddress: request.billingAddress ?? request.shippingAddress,
                paymentMethod: request.paymentMethod, delivery: request.delivery, notes: request.notes,
                expiresAt: context.now.adding(terms.lifetime), createdAt: context.now, updatedAt: context.now))
    }

    /// A zero total confirms the order at once.
    private func creation(_ order: Order) -> [OrderChange] {
        order.total.isZero
            ? [.created(order), .confirmed(paymentID: nil, by: .system, reason: nil)] : [.created(order)]
    }

    private func put(off draft: OrderDraft, send message: Message, _ context: DecisionContext) -> Decision<OrderChange>
    {
        Decision(
            [.drafted(draft)], answer: .later, sends: [message],
            timers: [
                .set(
                    "draft", subject: draft.order.id.description, tenant: context.tenant,
                    at: context.now.adding(Self.draftPatience))
            ])
    }

    private func quoteRequest(_ order: Order, _ context: DecisionContext) -> Message {
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
        return message("shipment.quote", body, context)
    }

    private func redemption(_ order: Order, shipping: Money, _ context: DecisionContext) -> Message {
        let body = JSONWriter.object {
            $0.member("code", order.promoCode)
            $0.member("order_id", order.id)
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
        return message("promo.redeem", body, context)
    }

    private func message(_ type: String, _ body: [UInt8], _ context: DecisionContext) -> Message {
        Message(
            id: context.derivedID(type), type: type, tenant: context.tenant, actor: context.actor, body: body,
            requestID: context.message.requestID, traceparent: context.message.traceparent,
            causationID: context.message.id, sentAt: context.now)
    }

    // MARK: Drafts

    private func quoted(_ quote: DeliveryQuote, _ draft: OrderDraft, _ context: DecisionContext) -> Decision<
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
                [.draftQuoted(price, delivery)], sends: [redemption(draft.order, shipping: price, context)])
        }
        var order = draft.order.priced(discounts: [:], shippingDiscount: .zero(price.currency), quote: price)
        order.delivery = delivery
        return finish(order, draft)
    }

    private func redeemed(_ grant: PromoGrant, _ draft: OrderDraft, _ context: DecisionContext) -> Decision<OrderChange>
    {
        guard draft.waitsFor == .promo else { return .ignore }
        let order = draft.order.priced(
            discounts: grant.discounts, shippingDiscount: grant.shippingDiscount,
            quote: draft.quote ?? .zero(draft.order.currency))
        var decision = finish(order, draft)
        decision.changes.append(.heard(grant.event))
        return decision
    }

    private func rejected(_ reasons: [FieldError], _ draft: OrderDraft, _ context: DecisionContext) -> Decision<
        OrderChange
    > {
        let code = draft.order.promoCode ?? ""
        let problem = Problem(
            .promoNotEligible, "\(code) cannot be used for this order.", errors: reasons, currency: draft.order.currency
        )
        return abandon(draft, .refusal(problem))
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

    private func timedOut(_ draft: OrderDraft, _ context: DecisionContext) -> Decision<OrderChange> {
        var decision = abandon(
            draft, .refusal(Problem(.unavailable, "A service that the order needs did not answer.", retryAfter: 60)))
        if draft.waitsFor == .promo { decision.sends = [release(draft.order, context)] }
        return decision
    }

    /// A use that was taken after the order had been given up.
    private func giveBack(_ grant: PromoGrant, _ context: DecisionContext) -> Decision<OrderChange> {
        let body = JSONWriter.object {
            $0.member("code", grant.code)
            $0.member("order_id", context.message.subjectOrder)
            $0.member("reason", "order_not_created")
        }
        return Decision(sends: [message("promo.release", body, context)])
    }

    private func release(_ order: Order, _ context: DecisionContext) -> Message {
        let body = JSONWriter.object {
            $0.member("code", order.promoCode)
            $0.member("order_id", order.id)
            $0.member("reason", "order_not_created")
        }
        return message("promo.release", body, context)
    }

    // MARK: Requests that others fulfil

    private func forward(as type: String, _ order: Order, _ context: DecisionContext) -> Decision<OrderChange> {
        guard order.tenant == context.tenant, context.actor.maySee(customer: order.customerID) else {
            return .refuse(.notFound("order"))
        }
        var message = context.message
        message.type = type
        message.body = JSONWriter.object(capacity: 2048) {
            $0.member("request", raw: context.message.body)
            $0.member("order", raw: order.document)
        }
        return Decision(answer: .forward(message))
    }

    // MARK: News of other workers

    private func payment(_ news: PaymentNews, _ order: Order) -> Decision<OrderChange> {
        let heard = OrderChange.heard(news.event)
        switch news.kind {
        case .created(let expiresAt):
            var changes = noted(.pending, news, order)
            if order.status == .pending, let present = order.expiresAt, expiresAt > present {
                changes.append(.expiryMoved(expiresAt))
            }
            return .accept(changes + [heard])
        case .failed(let status): return .accept(noted(status, news, order) + [heard])
        case .completed(let amount, let surplus): return .accept(taken(amount - surplus, news, order) + [heard])
        case .refunded(let amount, let isSurplus, let status):
            return .accept(returned(amount, isSurplus: isSurplus, status, news, order) + [heard])
        case .refundFailed: return .accept([heard])
        }
    }

    /// News of different types may overtake each other; the status follows the latest version, money is counted always.
    private func noted(_ status: PaymentStatus, _ news: PaymentNews, _ order: Order) -> [OrderChange] {
        let known = order.payments.first { $0.id == news.id }
        guard known.map({ $0.sequence < news.event.sequence }) ?? true else { return [] }
        return [.paymentNoted(.init(id: news.id, status: status, sequence: news.event.sequence))]
    }

    private func taken(_ amount: Money, _ news: PaymentNews, _ order: Order) -> [OrderChange] {
        var changes = noted(.completed, news, order)
        if !amount.isZero { changes.append(.moneyTaken(amount)) }
        let paid = order.amountPaid + amount
        if order.status == .pending, paid >= order.total {
            changes.append(.confirmed(paymentID: news.id, by: .system, reason: nil))
        }
        // The news that it went back came first.
        if !paid.isZero, order.amountRefunded == paid, order.status != .refunded,
            order.status != .pending || paid >= order.total
        {
            changes.append(.refunded)
        }
        return changes
    }

    private func returned(
        _ amount: Money, isSurplus: Bool, _ status: PaymentStatus, _ news: PaymentNews, _ order: Order
    )
        -> [OrderChange]
    {
        var changes = noted(status, news, order)
        guard !isSurplus else { return changes }
        changes.append(.moneyReturned(amount))
        let isAllBack = !order.amountPaid.isZero && order.amountRefunded + amount == order.amountPaid
        if isAllBack, order.status != .pending, order.status != .refunded { changes.append(.refunded) }
        return changes
    }

    private func shipment(_ news: ShipmentNews, _ order: Order) -> Decision<OrderChange> {
        let known = order.shipments.first { $0.id == news.note.id }
        guard known.map({ $0.sequence < news.note.sequence }) ?? true else { return .ignore }
        var changes: [OrderChange] = [.shipmentNoted(news.note)]
        let after = order.noting(news.note)
        let units = after.lines.reduce(0) { $0 + $1.quantity }
        let shipped = after.lines.reduce(0) { $0 + $1.shippedQuantity }
        if news.note.status.isLive, order.status == .confirmed {
            changes.append(.processing(by: .system, reason: nil))
        }
        if order.status == .confirmed || order.status == .processing, shipped == units { changes.append(.shipped) }
        if order.status == .shipped, shipped < units {
            changes.append(.processing(by: .system, reason: "shipment_cancelled"))
        }
        let live = after.shipments.filter(\.status.isLive)
        let everyLiveDelivered = !live.isEmpty && live.allSatisfy { $0.status == .delivered }
        let isShipped = order.status == .shipped || changes.contains(.shipped)
        if isShipped, everyLiveDelivered, shipped == units {
            changes.append(.delivered(at: live.compactMap(\.deliveredAt).max() ?? news.occurredAt))
        }
        return .accept(changes + [.heard(news.event)])
    }

    private func stock(_ status: StockStatus, reason: String?, _ order: Order) -> Decision<OrderChange> {
        guard order.stockStatus != status else { return .ignore }
        var changes: [OrderChange] = [.stockNoted(status)]
        let answersOurs = status == .released && reason == "order_cancelled"
        if status == .rejected || status == .released, !answersOurs, OrderTransitions.cancelsBySystem(order) {
            changes.append(.cancelled(reason: "stock_\(status.rawValue)", by: .system))
        }
        return .accept(changes)
    }

    private func expire(_ order: Order, _ context: DecisionContext) -> Decision<OrderChange> {
        guard order.status == .pending, let expiresAt = order.expiresAt, expiresAt <= context.now else {
            return .ignore
        }
        return .accept([.cancelled(reason: "payment_expired", by: .system)])
    }
}

extension Message {
    /// The order that the body of an event speaks of.
    fileprivate var subjectOrder: String? { (try? JSONParser.parse(body))?["order_id"]?.string }
}
