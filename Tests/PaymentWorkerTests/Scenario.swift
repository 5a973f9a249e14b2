import Contracts
import Worker

@testable import PaymentWorker

/// The payments of one order outside any worker: decides, evolves and collects like the runtime.
struct Scenario {
    static let start = Timestamp(milliseconds: 1_757_930_430_000)

    let handler: PaymentHandler
    let orderID: Identifier
    let lines: [Identifier]
    var now = Scenario.start
    var state: OrderPayments?
    var events: [Event] = []
    var effects: [Effect] = []
    var timers: [TimerChange] = []
    var answers: [Decision<PaymentChange>.Answer] = []
    var resolutions: [(Identifier, Decision<PaymentChange>.Answer)] = []
    var total = Money(minor: 129_500, .uah)

    init(returnHosts: Set<String> = []) {
        let account = Fixture.account()
        let checkout = LiqPayCheckout(requests: LiqPayRequests(account: account))
        handler = PaymentHandler(
            rules: PaymentDecider(providers: [.liqpay: checkout], lifetime: .seconds(3600)),
            readers: [.liqpay: LiqPayReader(account: account)], returnHosts: returnHosts)
        orderID = Identifier.new(at: Scenario.start)
        lines = [Identifier.new(at: Scenario.start), Identifier.new(at: Scenario.start)]
    }

    var payments: [Payment] { state?.payments ?? [] }
    var payment: Payment { payments[payments.count - 1] }
    var eventTypes: [String] { events.map(\.type) }

    var order: OrderSnapshot { order() }

    func order(version: Int64 = 1, status: OrderStatus = .pending, total: Money? = nil) -> OrderSnapshot {
        OrderSnapshot(
            id: orderID, tenant: "default", customerID: "cust_42", currency: .uah, version: version, status: status,
            total: total ?? self.total, reference: "WEB-1", provider: .liqpay, shipping: Money(minor: 9_500, .uah),
            lines: [
                .init(id: lines[0], quantity: 2, total: Money(minor: 120_000, .uah)),
                .init(id: lines[1], quantity: 3, total: Money(minor: 8_999, .uah)),
            ])
    }

    @discardableResult
    mutating func run(
        _ command: PaymentCommand, actor: Actor = .system, type: String = "test", id: Identifier = .new()
    ) -> Decision<PaymentChange> {
        let message = Message(id: id, type: type, tenant: "default", actor: actor, sentAt: now)
        let context = DecisionContext(message: message, now: now)
        let decision = handler.rules.decide(command, state, context)
        for change in decision.changes {
            let next = handler.rules.evolve(state, change, context)
            events += handler.events(for: change, next, context)
            state = next
        }
        effects += decision.effects
        timers += decision.timers
        answers.append(decision.answer)
        resolutions += decision.resolutions
        return decision
    }

    @discardableResult
    mutating func open(_ request: PaymentRequest = PaymentRequest()) -> Decision<PaymentChange> {
        run(.open(request, order))
    }

    /// A verified callback about the newest payment, or another.
    @discardableResult
    mutating func callback(_ word: String, at time: Int64 = 0, refunded: Int64? = nil, of payment: Payment? = nil)
        -> Decision<PaymentChange>
    {
        let payment = payment ?? self.payment
        let report = report(word, at: time, refunded: refunded, of: payment)
        let record = CallbackRecord(
            id: .new(), provider: .liqpay, reference: report.reference, document: Array("{}".utf8), receivedAt: now)
        return run(.callback(payment.id, report, record))
    }

    func report(
        _ word: String, at time: Int64 = 0, refunded: Int64? = nil, of payment: Payment? = nil,
        source: ProviderReport.Source = .callback
    ) -> ProviderReport {
        let payment = payment ?? self.payment
        let standing = LiqPayStatus.standing(word, errorCode: nil, isTest: false)
        return ProviderReport(
            source: source, reference: payment.id.description, standing: standing, word: word, providerTime: time,
            amount: payment.amount, refunded: refunded.map { Money(minor: $0, .uah) }, transactionID: "2400000001")
    }

    /// What the provider answers when it is asked about a payment.
    mutating func answer(_ report: ProviderReport?, of payment: Payment? = nil) {
        run(.checked(payment: (payment ?? self.payment).id, report))
    }

    mutating func pay(_ amount: Int64? = nil) {
        open(PaymentRequest(amount: amount.map { Money(minor: $0, .uah) }))
        callback("success", at: 1)
    }

    /// The provider answers the newest refund.
    mutating func settle(_ answer: RefundAnswer, of payment: Payment? = nil) {
        let payment = payment ?? self.payment
        guard let refund = payment.refunds.last(where: { $0.isSent && $0.status.isOpen }) else { return }
        run(.refundAnswered(payment: payment.id, refund: refund.id, answer))
    }

    var refusal: Problem? {
        guard case .refusal(let problem) = answers.last else { return nil }
        return problem
    }

    static let staff = Actor(.staff, id: "staff_7")
    static let customer = Actor(.customer, id: "cust_42")
}

extension Event {
    var json: JSON { (try? JSONParser.parse(body)) ?? .null }
}
