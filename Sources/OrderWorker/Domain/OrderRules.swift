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
        case (_, .draft(let draft)): decide(command, draft, context)
        case (_, .order(let order)): answering(decide(command, order, context), order)
        case (.promoRedeemed(let grant), .abandoned): giveBack(grant, context)
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
        case .promoRejected(let reasons): rejected(reasons, draft, context)
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
        case .promoRedeemed(let grant): .accept([.heard(grant.event)])
        case .heard(let event): .accept([.heard(event)])
        case .create, .quoted, .promoRejected, .draftTimedOut: .ignore
        }
    }

    /// Requests that another worker fulfils.
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
        return Decision(answer: .forward(message))
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
