import Contracts
import Worker

/// The rules of the payments of one order (rules.md sections 5 to 7).
struct PaymentDecider: Decider {
    /// Providers that can be used, by name; one without credentials is not among them.
    let providers: [PaymentProvider: any PaymentProviderRules]
    /// How long a provider's page stays open.
    let lifetime: Duration

    /// A payment nothing is heard of is asked for after this long, and again when its page closes.
    static let firstCheck: Duration = .seconds(15 * 60)

    /// How long to wait before the provider is asked again, after so many questions in vain.
    static func checkDelay(after checks: Int64) -> Duration {
        switch checks {
        case 0: .seconds(60)
        case 1: .seconds(5 * 60)
        case 2: .seconds(15 * 60)
        default: .seconds(60 * 60)
        }
    }

    func decide(
        _ command: PaymentCommand, _ state: OrderPayments?, _ context: DecisionContext
    ) -> Decision<PaymentChange> {
        var draft = PaymentDraft(self, state, context)
        switch command {
        case .open(let request, let order): draft.open(request, order)
        case .refund(let request): draft.refund(request)
        case .refundOrder(let request, let order): draft.refund(request, order)
        case .callback(let payment, let report, let record): draft.receive(report, of: payment, record)
        case .strayCallback(let record):
            draft.apply(.callbackKept(record))
            draft.decision.answer = .reply(.callbackStored)
        case .checkDue(let payment): draft.ask(payment)
        case .checked(let payment, let report): draft.close(payment, report)
        case .refundCheckDue(let payment, let refund): draft.lookUp(refund, of: payment)
        case .refundAnswered(let payment, let refund, let answer): draft.settle(refund, of: payment, answer)
        case .orderChanged(let order): draft.note(order)
        }
        return draft.finished()
    }
}
