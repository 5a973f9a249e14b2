import Contracts
import Testing
import Worker

@testable import PaymentWorker

@Suite("What providers say") struct ReportTests {
    @Test func booksMoneyOnce() {
        var scenario = Scenario()
        scenario.pay()
        #expect(scenario.payment.status == .completed)
        #expect(scenario.payment.refundable == Money(minor: 129_500, .uah))
        #expect(scenario.answers.last == .reply(.callbackStored))
        let version = scenario.payment.version
        scenario.callback("success", at: 1)
        scenario.callback("success", at: 1)
        #expect(scenario.payment.version == version)
        #expect(scenario.eventTypes == ["payment.created", "payment.completed"])
        #expect(scenario.events.map(\.sequence) == [1, 2])
        #expect(scenario.timers.last?.dueAt == nil)
        #expect(scenario.state?.callbacks.map(\.verdict) == [.applied, .unchanged, .unchanged])
    }

    @Test(arguments: ["amount", "no amount", "reference", "merchant"])
    func putsAsideWhatDoesNotFit(fault: String) {
        var scenario = Scenario()
        scenario.open()
        let good = scenario.report("success", at: 1)
        var report = ProviderReport(
            source: .callback, reference: fault == "reference" ? Identifier.new().description : good.reference,
            standing: .paid, word: "success", providerTime: 1, amount: good.amount)
        if fault == "amount" { report.amount = Money(minor: 129_499, .uah) }
        if fault == "no amount" { report.amount = nil }
        if fault == "merchant" { report.isOurs = false }
        let record = CallbackRecord(
            id: .new(), provider: .liqpay, reference: report.reference, document: [], receivedAt: scenario.now)
        let decision = scenario.run(.callback(scenario.payment.id, report, record))
        #expect(scenario.payment.status == .pending)
        #expect(scenario.payment.needsReview)
        #expect(decision.answer == .reply(.callbackStored))
        #expect(scenario.eventTypes == ["payment.created"])
        #expect(scenario.state?.callbacks.map(\.verdict) == [.review])
    }

    /// The same digits in another currency are other money.
    @Test func comparesCurrencies() {
        var scenario = Scenario()
        scenario.open()
        var report = scenario.report("success", at: 1)
        report.amount = Currency("USD").map { Money(minor: 129_500, $0) }
        scenario.answer(report)
        #expect(scenario.payment.status == .pending)
        #expect(scenario.payment.needsReview)
    }

    @Test func tellsAFailureOnceAndStillTakesMoney() {
        var scenario = Scenario()
        scenario.open()
        scenario.callback("try_again", at: 1)
        #expect(scenario.payment.status == .failed)
        scenario.callback("processing", at: 2)
        #expect(scenario.payment.status == .processing)
        scenario.callback("failure", at: 3)
        scenario.callback("success", at: 4)
        #expect(scenario.eventTypes == ["payment.created", "payment.failed", "payment.completed"])
        #expect(scenario.events[1].json["retry_possible"] == .bool(true))
        #expect(scenario.payment.errorCode == nil)
    }

    /// Y1 and Y2 of the rules: what exceeds the balance goes back by itself.
    @Test(
        arguments: [
            ([129_500, 129_500], [0, 129_500], RefundReason.duplicatePayment),
            ([100_000, 50_000], [0, 20_500], .overpayment),
        ] as [([Int64], [Int64], RefundReason)])
    func givesSurplusBack(captures: [Int64], surplus: [Int64], reason: RefundReason) throws {
        var scenario = Scenario()
        for amount in captures { scenario.makePayment(amount) }
        for payment in scenario.payments { scenario.force(payment) }
        #expect(scenario.payments.map(\.surplus.minor) == surplus)
        #expect(scenario.state?.paid(.uah) == Money(minor: 129_500, .uah))
        #expect(scenario.payments[0].refunds.isEmpty)
        let refund = try #require(scenario.payments[1].refunds.first)
        #expect(refund.amount.minor == surplus[1])
        #expect(refund.reason == reason)
        #expect(refund.isSurplus)
        #expect(scenario.effects.last?.id == refund.id)
        let completed = scenario.events.filter { $0.type == "payment.completed" }
        #expect(
            completed.map { $0.json["surplus_amount"]?.string } == surplus.map { Money(minor: $0, .uah).description })
    }

    @Test func givesLateMoneyBack() throws {
        var scenario = Scenario()
        scenario.open()
        scenario.run(.orderChanged(scenario.order(version: 2, status: .cancelled)))
        #expect(scenario.payment.status == .cancelled)
        #expect(scenario.eventTypes == ["payment.created", "payment.voided"])
        scenario.callback("success", at: 1)
        #expect(scenario.payment.status == .cancelled, "a payment that was given up is believed after a question only")
        #expect(scenario.effects.map(\.kind) == ["liqpay.status"])
        scenario.answer(scenario.report("success", at: 1, source: .query))
        #expect(scenario.payment.status == .completed)
        #expect(scenario.payment.surplus.isZero)
        let refund = try #require(scenario.payment.refunds.first)
        #expect(refund.reason == .latePayment)
        #expect(refund.amount == scenario.payment.amount)
        #expect(!refund.isSurplus)
    }

    @Test func closesAPageThatNobodyOpened() {
        var scenario = Scenario()
        scenario.open()
        scenario.now = Scenario.start.adding(.seconds(900))
        scenario.run(.checkDue(payment: scenario.payment.id))
        #expect(scenario.effects.map(\.kind) == ["liqpay.status"])
        scenario.answer(scenario.report("prepared", source: .query))
        #expect(scenario.payment.status == .pending)
        #expect(scenario.timers.last?.dueAt == scenario.payment.expiresAt)
        scenario.now = scenario.payment.expiresAt
        scenario.run(.checkDue(payment: scenario.payment.id))
        scenario.answer(scenario.report("prepared", source: .query))
        #expect(scenario.payment.status == .expired)
        #expect(scenario.eventTypes == ["payment.created", "payment.failed"])
        #expect(scenario.events[1].json["status"]?.string == "expired")
        #expect(scenario.events[1].json["retry_possible"] == .bool(false))
        #expect(scenario.timers.count == 2, "nothing is left to be asked")
    }

    /// Silence never becomes a failure: it is unknown, and asked about for ever.
    @Test func asksForEverWhenTheProviderIsSilent() {
        var scenario = Scenario()
        scenario.open()
        scenario.now = scenario.payment.expiresAt
        var delays: [Int64] = []
        for _ in 0..<7 {
            scenario.run(.checkDue(payment: scenario.payment.id))
            scenario.answer(nil)
            let due = scenario.timers.last?.dueAt ?? scenario.now
            delays.append(due.since(scenario.now).wholeMilliseconds / 60_000)
            scenario.now = due
        }
        #expect(delays == [1, 5, 15, 60, 60, 60, 60])
        #expect(scenario.payment.status == .unknown)
        #expect(scenario.payment.unknownSince == scenario.payment.expiresAt)
        #expect(scenario.eventTypes == ["payment.created"])
        scenario.answer(scenario.report("success", at: 9, source: .query))
        #expect(scenario.payment.status == .completed)
        #expect(scenario.payment.unknownSince == nil)
    }

    @Test func claimsItsOwnRefundFirst() throws {
        var scenario = Scenario()
        scenario.pay()
        scenario.run(
            .refund(RefundRequest(payment: scenario.payment.id, amount: .string("600.00"))), actor: Scenario.staff)
        scenario.callback("reversed", at: 2, refunded: 60_000)
        #expect(scenario.payment.refunds.map(\.status) == [.completed])
        #expect(scenario.payment.status == .partiallyRefunded)
        scenario.settle(.completed(transactionID: "9"))
        #expect(scenario.payment.refunded == Money(minor: 60_000, .uah))
        scenario.callback("reversed", at: 3, refunded: 129_500)
        #expect(scenario.payment.refunds.map(\.reason) == [.customerRequest, .external])
        #expect(scenario.payment.status == .refunded)
        #expect(scenario.eventTypes.filter { $0 == "payment.refunded" }.count == 2)
    }

    @Test func flagsARefundThatFitsNothing() {
        var scenario = Scenario()
        scenario.pay()
        scenario.run(.refund(RefundRequest(payment: scenario.payment.id)), actor: Scenario.staff)
        scenario.callback("reversed", at: 2, refunded: 10_000)
        #expect(scenario.payment.needsReview)
        #expect(scenario.payment.refunds.map(\.status) == [.pending])
    }
}

extension Scenario {
    /// A payment of any amount, as if the balance had allowed it: what a second page of an order is.
    mutating func makePayment(_ amount: Int64) {
        let payment = Payment(
            id: .new(), orderID: orderID, tenant: "default", customerID: "cust_42", provider: .liqpay, method: nil,
            amount: Money(minor: amount, .uah), createdAt: now, expiresAt: now.adding(.seconds(3600)), pageURL: nil,
            surplus: .zero(.uah), version: 1, updatedAt: now)
        if state == nil { state = OrderPayments(order: order) }
        state?.payments.append(payment)
    }

    /// The provider confirms that a payment was made.
    mutating func force(_ payment: Payment) {
        answer(report("success", at: 1, of: payment, source: .query), of: payment)
    }
}
