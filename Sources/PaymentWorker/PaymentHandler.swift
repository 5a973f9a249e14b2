import Contracts
import Postgres
import Worker

/// Meets messages with the rules: what is read, where it is kept, and how it is shown.
struct PaymentHandler: Handler {
    let rules: PaymentDecider
    /// Readers of the providers that can be used.
    let readers: [PaymentProvider: any ProviderReader]
    /// Hosts a client may send the browser back to; empty is any.
    let returnHosts: Set<String>
    let outcomes = PaymentOutcomes()

    static let commands = ["payment.open", "payment.webhook", "payment.refund", "payment.refund_order"]

    func load(_ batch: [Work<Identifier, PaymentCommand>]) -> [Statement] {
        PaymentStore.load(orders: Set(batch.map(\.key)).sorted())
    }

    func states(_ rows: [Rows], _ batch: [Work<Identifier, PaymentCommand>]) throws -> [Identifier: OrderPayments] {
        try PaymentStore.states(rows)
    }

    func save(_ changed: [Changed<Identifier, OrderPayments>]) -> [Saving] {
        for change in changed { outcomes.note(change.before, change.after) }
        return PaymentStore.save(changed)
    }

    func events(for change: PaymentChange, _ state: OrderPayments, _ context: DecisionContext) -> [Event] {
        PaymentEvents.events(for: change, state, context)
    }

    /// The payment that was opened last, which is the one that was asked for.
    func reply(status: Int, _ state: OrderPayments, to message: Message) -> Reply {
        guard let payment = state.payments.last else { return Problem.notFound("payment").reply(to: message) }
        return .payment(payment, status: status)
    }

    /// Finds the orders of callbacks and refunds, which know their payment only.
    func prepare(
        _ batch: [Work<Identifier, PaymentCommand>], _ read: (Statement) throws -> Rows
    ) throws -> [Preparation<Identifier, PaymentCommand>] {
        let payments = Set(batch.compactMap(\.command.soughtPayment))
        guard !payments.isEmpty else { return batch.map { .ready($0.command) } }
        let orders = try PaymentStore.orders(of: payments.sorted(), read)
        return batch.map { work in
            guard let payment = work.command.soughtPayment else { return .ready(work.command) }
            if let order = orders[payment] { return .found(order, work.command) }
            guard case .callback(_, _, let record) = work.command else { return .refused(.notFound("payment")) }
            return .found(record.strayKey, .strayCallback(record))
        }
    }
}

extension PaymentCommand {
    /// The payment whose order has to be found first.
    fileprivate var soughtPayment: Identifier? {
        switch self {
        case .callback(let payment, _, _): payment
        case .refund(let request): request.payment
        default: nil
        }
    }
}

extension CallbackRecord {
    /// What stands for the order of a callback that has none.
    var strayKey: Identifier { .derived(from: "callback", id.description) }
}
