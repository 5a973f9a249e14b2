import Contracts
import Worker

/// The rules of an order's life. Pure: what is to happen elsewhere is returned, not done.
struct OrderRules: Decider {
    let terms: OrderTerms

    /// What got no answer from its helpers, a draft or the application of a promo code, is given up after this time.
    static let patience: Duration = .seconds(660)

    static let silence = Problem(.unavailable, "A service that the order needs did not answer.", retryAfter: 60)

    func decide(_ command: OrderCommand, _ state: OrderState?, _ context: DecisionContext) -> Decision<OrderChange> {
        switch (command, state) {
        case (.create(let id, let request, let products), nil): create(id, request, products, context)
        case (_, .draft(let draft)): decide(command, draft, context)
        case (_, .order(let order)):
            answering(endingApplication(decide(command, order, context), order, context), order)
        case (.promoRedeemed(let grant), .abandoned): Decision(sends: [release(grant, orderVersion: nil, context)])
        default:
            if command.isOfPerson {
                .refuse(.notFound("order"))
            } else if state == nil, command.waitsForOrder {
                Decision(answer: .tryAgain(reason: "there is no such order yet"))
            } else {
                .ignore
            }
        }
    }

    private func decide(
        _ command: OrderCommand, _ draft: OrderDraft, _ context: DecisionContext
    ) -> Decision<OrderChange> {
        switch command {
        case .quoted(let quote): quoted(quote, draft, context)
        case .promoRedeemed(let grant): redeemed(grant, draft, context)
        case .promoRejected(let reasons, _): rejected(reasons, draft, context)
        case .draftTimedOut: timedOut(draft, context)
        default: command.isOfPerson ? .refuse(.notFound("order")) : .ignore
        }
    }

    private func decide(_ command: OrderCommand, _ order: Order, _ context: DecisionContext) -> Decision<OrderChange> {
        switch command {
        case .forward(let type): forward(as: type, order, context)
        case .setStatus(let status, let reason): setStatus(status, reason: reason, order, context)
        case .cancel(let reason): cancelRequested(order, reason: reason, context)
        case .requestReturn(let request): requestReturn(request, order, context)
        case .setReturnStatus(let id, let wish): setReturnStatus(id, wish, order, context)
        case .payment(let news): payment(news, order)
        case .refundPlanned(let plan): refundPlanned(plan, order)
        case .refundRefused(let code, let detail): refundRefused(code, detail, order)
        case .shipment(let news): shipment(news, order, context)
        case .withdrawalRefused(let cancellation): withdrawalRefused(cancellation, order)
        case .stock(let status, let reason): stock(status, reason: reason, order, context)
        case .expire: expire(order, context)
        case .applyPromo(let code): applyPromo(code, order, context)
        case .promoRedeemed(let grant): redeemed(grant, order, context)
        case .promoRejected(let reasons, let cause): rejected(reasons, cause: cause, order)
        case .applicationTimedOut: applicationTimedOut(order)
        case .heard(let event): .accept([.heard(event)])
        case .create, .quoted, .draftTimedOut: .ignore
        }
    }

    /// Requests that another worker fulfils. Whoever pays goes before a promo code that is being applied: the total that the
    /// payment is opened for is the one that stays.
    private func forward(as type: String, _ order: Order, _ context: DecisionContext) -> Decision<OrderChange> {
        guard order.isVisible(context) else { return .refuse(.notFound("order")) }
        guard order.cancelling == nil else {
            let code: ProblemCode = type == "payment.open" ? .orderNotPayable : .invalidTransition
            return .refuse(Problem(code, "The order is being cancelled.", current: order.status.rawValue))
        }
        var message = context.message
        message.type = type
        message.body = JSONWriter.object(capacity: 2048) {
            $0.member("request", raw: context.message.body)
            $0.member("order", raw: order.document)
        }
        var decision = Decision<OrderChange>(answer: .forward(message))
        if type == "payment.open", let application = order.applying {
            decision = giveUp(application, order, .paymentInProgress(order.status))
            decision.answer = .forward(message)
        }
        return decision
    }

    /// Answers those who waited for what has now come true, whatever brought it about.
    private func answering(_ decision: Decision<OrderChange>, _ order: Order) -> Decision<OrderChange> {
        guard order.cancelling?.asker != nil || order.refundAsker != nil else { return decision }
        var decision = decision
        for change in decision.changes {
            var askers: [Asker?] = []
            switch change {
            case .cancelled: askers = [order.cancelling?.asker]
            case .refunded: askers = [order.cancelling?.asker, order.refundAsker]
            default: break
            }
            for asker in askers.compactMap({ $0 }) { decision.resolutions.append((asker.id, .resource(status: 200))) }
        }
        return decision
    }
}
