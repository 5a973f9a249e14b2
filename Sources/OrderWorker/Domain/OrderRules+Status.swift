import Contracts
import Worker

extension OrderRules {
    // MARK: PUT status

    /// `order.set_status`: a status at a person's word.
    func setStatus(
        _ target: OrderStatus, reason: String?, _ order: Order, _ context: DecisionContext
    ) -> Decision<OrderChange> {
        let actor = context.actor
        guard order.isVisible(context) else { return .refuse(.notFound("order")) }
        guard OrderTransitions.maySet(target, actor) else {
            return .refuse(
                Problem(.forbidden, "The role \(actor.type.rawValue) may not set the status \(target.rawValue)."))
        }
        if let mismatch = context.versionMismatch("order", order.version) { return .refuse(mismatch) }
        if order.status == target { return .accept([], answer: .resource(status: 200)) }
        if target == .confirmed, reason == nil {
            return .refuse(
                Problem(
                    .reasonRequired, "A confirmation without a payment needs a reason.",
                    errors: [FieldError(pointer: "/reason", code: "required", detail: "Is required.")]))
        }
        guard OrderTransitions.isAllowed(target, for: actor, order) else {
            return .refuse(OrderTransitions.refusal(of: target, for: actor, order))
        }
        switch target {
        case .confirmed:
            return set([.confirmed(paymentID: nil, by: actor, reason: reason)])
        case .processing: return set([.processing(by: actor, reason: reason)])
        case .shipped: return set([.handShipped(order.openUnits.filter { $0.value > 0 }), .shipped])
        case .delivered: return set([.delivered(at: context.now)])
        case .cancelled: return cancel(order, reason: reason, context)
        case .refunded: return refundAll(order, reason: reason, context)
        case .pending: return .refuse(OrderTransitions.refusal(of: target, for: actor, order))
        }
    }

    private func set(_ changes: [OrderChange]) -> Decision<OrderChange> {
        .accept(changes, answer: .resource(status: 200))
    }

    // MARK: All money back

    /// Asks for everything that remains; the answer comes with `refunded`, or when the provider refuses. Whoever asks
    /// again meanwhile is shown the same operation, and what can be refunded by now is.
    private func refundAll(_ order: Order, reason: String?, _ context: DecisionContext) -> Decision<OrderChange> {
        let body = JSONWriter.object(capacity: 2048) {
            $0.member("order", raw: order.document)
            $0.member("reason", "customer_request")
            $0.member("comment", reason)
        }
        let request = context.message("payment.refund_order", body)
        if let asker = order.refundAsker { return Decision(answer: .reply(asker.operation), sends: [request]) }
        return Decision([.refundBegun(context.asker)], answer: .later, sends: [request])
    }

    /// The payment worker cannot return the money now. A return is never refused, its refund only becomes less.
    func refundRefused(_ code: ProblemCode, _ detail: String, _ order: Order) -> Decision<OrderChange> {
        guard let asker = order.refundAsker else { return .ignore }
        return Decision(
            [.refundEnded], resolutions: [(asker.id, .refusal(Problem(code, detail, current: order.status.rawValue)))])
    }
}

extension Order {
    /// What belongs to another tenant, or to another customer, does not exist.
    func isVisible(_ context: DecisionContext) -> Bool {
        tenant == context.tenant && context.actor.maySee(customer: customerID)
    }
}

extension DecisionContext {
    var asker: Asker { Asker(id: message.id, at: now) }

    /// A message to another worker that this one causes.
    func message(_ type: String, _ body: [UInt8]) -> Message {
        Message(
            id: derivedID(type), type: type, tenant: tenant, actor: actor, body: body,
            requestID: message.requestID, traceparent: message.traceparent, causationID: message.id, sentAt: now)
    }
}
