import Contracts
import Worker

/// A decision in the making: the state as it becomes while changes are added, so that one step sees the one before.
struct PaymentDraft {
    let decider: PaymentDecider
    let context: DecisionContext
    private let before: OrderPayments
    private(set) var state: OrderPayments
    var decision = Decision<PaymentChange>()

    init(_ decider: PaymentDecider, _ state: OrderPayments?, _ context: DecisionContext) {
        self.decider = decider
        self.context = context
        before = state ?? OrderPayments()
        self.state = before
    }

    mutating func apply(_ change: PaymentChange) {
        decision.changes.append(change)
        state = decider.evolve(state, change, context)
    }

    /// Adds the calls for refunds whose turn came with this decision.
    consuming func finished() -> Decision<PaymentChange> {
        for payment in state.payments {
            for refund in payment.refunds where refund.isSent && refund.status.isOpen {
                let wasSent = before.payment(payment.id)?.refund(refund.id)?.isSent ?? false
                if !wasSent { send(refund, of: payment, id: refund.id, verify: false) }
            }
        }
        return decision
    }

    /// Asks the provider for a refund.
    ///
    /// - Parameters:
    ///   - refund: What goes back.
    ///   - payment: The payment as it stands.
    ///   - id: Names the call; the refund's own id for the first one.
    ///   - verify: An earlier call may have had an effect: look before sending.
    mutating func send(_ refund: Refund, of payment: Payment, id: Identifier, verify: Bool) {
        decision.effects.append(
            Effect(
                id: id, kind: "\(payment.provider.rawValue).refund",
                subject: PaymentSubject(order: payment.orderID, payment: payment.id, refund: refund.id).description,
                tenant: payment.tenant,
                body: RefundCall(
                    payment: payment.id, amount: refund.amount, refundedBefore: payment.refunded, verify: verify,
                    isAccepted: refund.isAccepted
                ).jsonBytes))
    }

    /// Asks the provider how a payment stands.
    mutating func ask(_ id: Identifier) {
        guard let payment = state.payment(id), !payment.isTaken else { return }
        decision.effects.append(
            Effect(
                id: context.derivedID("payment.status"), kind: "\(payment.provider.rawValue).status",
                subject: PaymentSubject(order: payment.orderID, payment: id).description, tenant: payment.tenant,
                body: JSONWriter.object { $0.member("payment_id", id) }))
    }

    mutating func setCheck(of payment: Payment, at time: Timestamp) {
        decision.timers.append(
            .set(
                PaymentTimer.paymentCheck,
                subject: PaymentSubject(order: payment.orderID, payment: payment.id).description,
                tenant: payment.tenant, at: time))
    }

    mutating func clearCheck(of payment: Payment) {
        decision.timers.append(
            .clear(
                PaymentTimer.paymentCheck,
                subject: PaymentSubject(order: payment.orderID, payment: payment.id).description,
                tenant: payment.tenant))
    }

    mutating func setRefundCheck(_ refund: Refund, of payment: Payment) {
        decision.timers.append(
            .set(
                PaymentTimer.refundCheck,
                subject: PaymentSubject(order: payment.orderID, payment: payment.id, refund: refund.id).description,
                tenant: payment.tenant, at: context.now.adding(PaymentDecider.checkDelay(after: refund.checks))))
    }
}

enum PaymentTimer {
    static let paymentCheck = "payment_check"
    static let refundCheck = "refund_check"
}

/// Leads the result of a call, or a timer, back to its payment: `order/payment` or `order/payment/refund`.
struct PaymentSubject: Equatable, CustomStringConvertible {
    let order: Identifier
    let payment: Identifier
    var refund: Identifier?

    var description: String { "\(order)/\(payment)" + (refund.map { "/\($0)" } ?? "") }
}

extension PaymentSubject {
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Identifier($0) }
        guard parts.count == 2 || parts.count == 3, let order = parts[0], let payment = parts[1] else { return nil }
        self.init(order: order, payment: payment)
        guard parts.count == 3 else { return }
        guard let refund = parts[2] else { return nil }
        self.refund = refund
    }
}

/// What the provider is asked for when money goes back.
struct RefundCall: Sendable, Equatable, JSONEncodable {
    let payment: Identifier
    let amount: Money
    /// What had gone back already when the call was decided: tells whether an earlier call had its effect.
    let refundedBefore: Money
    let verify: Bool
    /// The provider took it on earlier: only look.
    let isAccepted: Bool

    init(payment: Identifier, amount: Money, refundedBefore: Money, verify: Bool, isAccepted: Bool = false) {
        self.payment = payment
        self.amount = amount
        self.refundedBefore = refundedBefore
        self.verify = verify
        self.isAccepted = isAccepted
    }

    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("payment_id", payment)
            $0.member("amount", amount)
            $0.member("currency", amount.currency)
            $0.member("refunded_before", refundedBefore)
            $0.member("verify", verify)
            $0.member("accepted", isAccepted)
        }
    }

    init(json: JSON) throws {
        let currency = try json.currency()
        payment = try json.id("payment_id")
        amount = try json.money("amount", currency)
        refundedBefore = try json.money("refunded_before", currency)
        verify = try json.flag("verify")
        isAccepted = try json.flag("accepted")
    }
}
