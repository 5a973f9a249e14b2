import Contracts
import Testing
import Worker

@testable import PaymentWorker

@Suite("Opening a payment") struct OpenPaymentTests {
    @Test func opensForTheBalance() throws {
        var scenario = Scenario()
        let decision = scenario.open()
        #expect(decision.answer == .resource(status: 201))
        let payment = scenario.payment
        #expect(payment.amount == Money(minor: 129_500, .uah))
        #expect(payment.status == .pending)
        #expect(payment.version == 1)
        #expect(payment.expiresAt == Scenario.start.adding(.seconds(3600)))
        #expect(payment.refundable.isZero)
        #expect(payment.nextAction?.hasPrefix("https://liqpay.example/api/3/checkout?data=") == true)
        #expect(scenario.eventTypes == ["payment.created"])
        #expect(decision.effects.isEmpty)
        #expect(decision.timers.map(\.dueAt) == [Scenario.start.adding(.seconds(900))])

        let message = Message(id: .new(), type: "payment.open", tenant: "default")
        let reply = scenario.handler.reply(status: 201, try #require(scenario.state), to: message)
        #expect(reply.headers == ["ETag": "\"1\"", "Location": "/api/v1/payments/\(payment.id)"])
    }

    @Test func showsTheOpenPaymentAgain() {
        var scenario = Scenario()
        scenario.open()
        let first = scenario.payment
        let decision = scenario.open(PaymentRequest(provider: .liqpay, amount: Money(minor: 129_500, .uah)))
        #expect(decision.answer == .resource(status: 200))
        #expect(decision.changes.isEmpty)
        #expect(scenario.payments == [first])
    }

    /// Other services do not hear of the payment that was given up; the order worker does.
    @Test func supersedesAnotherAmount() {
        var scenario = Scenario()
        scenario.open()
        let decision = scenario.open(PaymentRequest(amount: Money(minor: 100_000, .uah)))
        #expect(decision.answer == .resource(status: 201))
        #expect(scenario.payments.map(\.status) == [.cancelled, .pending])
        #expect(scenario.payments[0].nextAction == nil)
        #expect(scenario.eventTypes == ["payment.created", "payment.voided", "payment.created"])
        #expect(scenario.events.map(\.isPublic) == [true, false, true])
        let told = scenario.events[1]
        #expect(told.subject == scenario.payments[0].id.description)
        #expect(told.sequence == scenario.payments[0].version)
    }

    @Test func makesANewPageWhenTheOldOneIsClosed() {
        var scenario = Scenario()
        scenario.open()
        scenario.now = scenario.payment.expiresAt
        #expect(scenario.open().answer == .resource(status: 201))
        #expect(scenario.payments.map(\.status) == [.cancelled, .pending])
    }

    @Test func retriesAfterAFailure() {
        var scenario = Scenario()
        scenario.open()
        scenario.callback("failure", at: 1)
        #expect(scenario.open().answer == .resource(status: 201))
        #expect(scenario.payments.map(\.status) == [.failed, .pending])
    }

    @Test(arguments: [
        ("processing", ProblemCode.paymentInProgress, "processing"), ("hold_wait", .paymentInProgress, "authorized"),
        ("success", .orderAlreadyPaid, "pending"),
    ])
    func refusesWhileMoneyMoves(word: String, code: ProblemCode, current: String) {
        var scenario = Scenario()
        scenario.open()
        scenario.callback(word, at: 1)
        let count = scenario.payments.count
        scenario.open(PaymentRequest(amount: Money(minor: 100, .uah)))
        #expect(scenario.refusal?.code == code)
        #expect(scenario.refusal?.current == current)
        #expect(scenario.payments.count == count)
    }

    @Test(arguments: [OrderStatus.cancelled, .refunded])
    func refusesOrdersThatAreOver(status: OrderStatus) {
        var scenario = Scenario()
        scenario.run(.open(PaymentRequest(), scenario.order(status: status)))
        #expect(scenario.refusal?.code == .orderNotPayable)
        #expect(scenario.refusal?.current == status.rawValue)
    }

    /// The cancellation overtook the command, whose snapshot is older.
    @Test func refusesAnOrderThatWasCancelledMeanwhile() {
        var scenario = Scenario()
        scenario.run(.orderChanged(scenario.order(version: 2, status: .cancelled)))
        scenario.open()
        #expect(scenario.refusal?.code == .orderNotPayable)
        #expect(scenario.payments.isEmpty)
    }

    @Test func followsANewTotal() {
        var scenario = Scenario()
        scenario.run(.orderChanged(scenario.order(version: 3, total: Money(minor: 100_000, .uah))))
        scenario.open()
        #expect(scenario.payment.amount == Money(minor: 100_000, .uah))
    }

    /// A promo code came in while the page was being opened: what asks for more than is due is given up, in either order.
    @Test(arguments: [(Int64(129_500), Int64(100_000), PaymentStatus.cancelled), (50_000, 100_000, .pending)])
    func aCheaperOrder(amount: Int64, total: Int64, status: PaymentStatus) {
        var scenario = Scenario()
        scenario.open(PaymentRequest(amount: Money(minor: amount, .uah)))
        let cheaper = scenario.order(version: 3, total: Money(minor: total, .uah))
        scenario.run(.orderChanged(cheaper))
        #expect(scenario.payments.map(\.status) == [status])
        scenario.run(.orderChanged(cheaper))
        scenario.run(.orderChanged(scenario.order(version: 2)))
        #expect(scenario.payments.map(\.status) == [status])
        scenario.open()
        #expect(scenario.payment.amount == Money(minor: total, .uah))
        #expect(scenario.payments.count == 2)
        #expect(!scenario.eventTypes.contains("payment.failed"))
        #expect(scenario.eventTypes.filter { $0 == "payment.voided" }.count == 1)
    }

    @Test(arguments: [
        (PaymentRequest(amount: Money(minor: 129_501, .uah)), ProblemCode.amountExceedsBalance),
        (PaymentRequest(currency: Currency("EUR")), .currencyMismatch),
        (PaymentRequest(provider: .mono), .providerNotEnabled),
        (PaymentRequest(method: .installments), .methodNotSupported),
    ])
    func refusesRequests(request: PaymentRequest, code: ProblemCode) {
        var scenario = Scenario()
        scenario.open(request)
        #expect(scenario.refusal?.code == code)
        #expect(scenario.refusal?.errors.count == 1)
        #expect(scenario.payments.isEmpty)
    }

    @Test func tellsWhatIsAvailable() {
        var scenario = Scenario()
        scenario.pay(100_000)
        scenario.open(PaymentRequest(amount: Money(minor: 29_501, .uah)))
        #expect(scenario.refusal?.available == Money(minor: 29_500, .uah))
    }

    @Test func refusesAForeignCurrencyOrder() {
        var scenario = Scenario()
        var order = scenario.order
        let yen = Currency("JPY") ?? .uah
        order = OrderSnapshot(
            id: order.id, tenant: "default", customerID: "c", currency: yen, version: 1, status: .pending,
            total: Money(minor: 900, yen), provider: .liqpay, shipping: .zero(yen), lines: [])
        scenario.run(.open(PaymentRequest(), order))
        #expect(scenario.refusal?.code == .currencyMismatch)
    }
}
