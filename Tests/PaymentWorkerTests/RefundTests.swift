import Contracts
import Testing
import Worker

@testable import PaymentWorker

@Suite("Refunds") struct RefundTests {
    private func paid() -> Scenario {
        var scenario = Scenario()
        scenario.pay()
        return scenario
    }

    private func refund(_ scenario: inout Scenario, _ amount: String, id: Identifier = .new()) {
        scenario.run(
            .refund(RefundRequest(payment: scenario.payment.id, amount: .string(amount))), actor: Scenario.staff, id: id
        )
    }

    @Test func reservesBeforeItAsks() throws {
        var scenario = paid()
        let asker = Identifier.new()
        refund(&scenario, "1000.00", id: asker)
        #expect(scenario.answers.last == .later)
        #expect(scenario.payment.refundable == Money(minor: 29_500, .uah))
        let call = try RefundCall(json: JSONParser.parse(try #require(scenario.effects.last).body))
        #expect(call.amount == Money(minor: 100_000, .uah))
        #expect(!call.verify)
        refund(&scenario, "600.00")
        #expect(scenario.refusal?.code == .refundExceedsRefundable)
        #expect(scenario.refusal?.available == Money(minor: 29_500, .uah))

        scenario.settle(.completed(transactionID: "2400000451"))
        #expect(scenario.payment.status == .partiallyRefunded)
        #expect(scenario.resolutions.map(\.0) == [asker])
        guard case .reply(let reply) = try #require(scenario.resolutions.first).1 else {
            Issue.record("the asker got no reply")
            return
        }
        #expect(reply.status == 201)
        #expect(reply.headers["Location"] == "/api/v1/payments/\(scenario.payment.id)")
        let json = try JSONParser.parse(reply.body)
        #expect(json["status"]?.string == "completed")
        #expect(json["transaction_id"]?.string == "2400000451")
        #expect(json["created_by"]?["id"]?.string == "staff_7")
    }

    @Test func releasesWhatIsRefused() {
        var scenario = paid()
        refund(&scenario, "1000.00")
        scenario.settle(.refused(code: "insufficient_balance", message: "Недостатньо коштів"))
        #expect(scenario.payment.refundable == Money(minor: 129_500, .uah))
        #expect(scenario.payment.status == .completed)
        #expect(scenario.eventTypes.last == "payment.refund_failed")
        #expect(scenario.events.last?.json["error_code"]?.string == "insufficient_balance")
    }

    /// Silence keeps the sum reserved and is looked up before anything is sent again.
    @Test func looksUpWhatIsUnknown() throws {
        var scenario = paid()
        refund(&scenario, "1000.00")
        var delays: [Int64] = []
        for _ in 0..<6 {
            scenario.settle(.unknown)
            let timer = try #require(scenario.timers.last)
            delays.append(try #require(timer.dueAt).since(scenario.now).wholeMilliseconds / 60_000)
            let subject = try #require(PaymentSubject(timer.subject))
            scenario.run(.refundCheckDue(payment: subject.payment, refund: try #require(subject.refund)))
            let call = try RefundCall(json: JSONParser.parse(try #require(scenario.effects.last).body))
            #expect(call.verify)
        }
        #expect(delays == [1, 5, 15, 60, 60, 60])
        #expect(Set(scenario.effects.map(\.id)).count == scenario.effects.count)
        #expect(scenario.payment.refunds.map(\.status) == [.unknown])
        #expect(scenario.payment.refundable == Money(minor: 29_500, .uah))
        refund(&scenario, "1.00")
        #expect(scenario.refusal?.code == .refundOutcomeUnknown)
        #expect(scenario.resolutions.count == 1, "the asker is answered once")
        scenario.settle(.completed(transactionID: nil))
        #expect(scenario.payment.refunds.map(\.status) == [.completed])
    }

    @Test func neverSendsAgainWhatWasAccepted() throws {
        var scenario = paid()
        refund(&scenario, "1000.00")
        scenario.settle(.accepted)
        #expect(scenario.payment.refunds.map(\.status) == [.pending])
        scenario.settle(.unknown)
        #expect(scenario.payment.refunds.map(\.status) == [.pending])
        scenario.run(
            .refundCheckDue(payment: scenario.payment.id, refund: try #require(scenario.payment.refunds.first).id))
        let call = try RefundCall(json: JSONParser.parse(try #require(scenario.effects.last).body))
        #expect(call.verify && call.isAccepted)
    }

    @Test func sendsOneAtATime() {
        var scenario = paid()
        refund(&scenario, "600.00")
        refund(&scenario, "695.00")
        #expect(scenario.effects.count == 1)
        scenario.settle(.completed(transactionID: nil))
        #expect(scenario.effects.count == 2)
        #expect(scenario.effects.last?.id == scenario.payment.refunds.last?.id)
        scenario.settle(.completed(transactionID: nil))
        #expect(scenario.payment.status == .refunded)
        refund(&scenario, "1.00")
        #expect(scenario.refusal?.code == .notRefundable)
    }

    /// R1 to R3 of the rules: the parts of a line add up to its total.
    @Test(
        arguments: [
            (8_999, 3, [1, 1, 1], [3_000, 2_999, 3_000]), (120_000, 2, [1], [60_000]),
            (10_000, 7, [3, 4], [4_286, 5_714]),
        ] as [(Int64, Int64, [Int64], [Int64])])
    func sharesByUnits(total: Int64, quantity: Int64, units: [Int64], amounts: [Int64]) {
        let line = OrderSnapshot.Line(id: .new(), quantity: quantity, total: Money(minor: total, .uah))
        var before: Int64 = 0
        let shares = units.map { count in
            defer { before += count }
            return line.share(from: before, count: count).minor
        }
        #expect(shares == amounts)
    }

    @Test func refundsUnitsAndDeliveryOnce() throws {
        var scenario = paid()
        let units = [Refund.Units(line: scenario.lines[0], quantity: 1)]
        let request = RefundRequest(
            payment: scenario.payment.id, units: units, includesShipping: true, reason: .return)
        scenario.run(.refund(request), actor: Scenario.staff)
        #expect(scenario.payment.refunds.last?.amount == Money(minor: 69_500, .uah))
        #expect(scenario.payment.refunds.last?.shipping == Money(minor: 9_500, .uah))
        scenario.settle(.completed(transactionID: nil))
        scenario.run(.refund(request), actor: Scenario.staff)
        #expect(scenario.payment.refunds.last?.amount == Money(minor: 60_000, .uah))
        scenario.settle(.completed(transactionID: nil))
        #expect(scenario.payment.status == .refunded)
        let refunded = try #require(scenario.events.last { $0.type == "payment.refunded" }).json
        #expect(refunded["items"]?.array?.first?["quantity"]?.int == 1)
    }

    @Test func refusesUnitsThatAreBack() {
        var scenario = paid()
        let units = [Refund.Units(line: scenario.lines[0], quantity: 3)]
        scenario.run(.refund(RefundRequest(payment: scenario.payment.id, units: units)), actor: Scenario.staff)
        #expect(scenario.refusal?.code == .quantityExceedsAvailable)
        #expect(scenario.refusal?.errors.first?.availableQuantity == 2)
    }

    @Test(arguments: [
        (Actor(.customer, id: "cust_42"), ProblemCode.forbidden), (Actor(.customer, id: "cust_43"), .notFound),
    ])
    func isForStaff(actor: Actor, code: ProblemCode) {
        var scenario = paid()
        scenario.run(.refund(RefundRequest(payment: scenario.payment.id)), actor: actor)
        #expect(scenario.refusal?.code == code)
        #expect(scenario.payment.refunds.isEmpty)
    }

    @Test func honoursTheVersionThatWasSeen() {
        var scenario = paid()
        let id = scenario.payment.id
        scenario.run(.refund(RefundRequest(payment: id, expectedVersions: "\"1\"")), actor: Scenario.staff)
        #expect(scenario.refusal?.code == .versionMismatch)
        #expect(scenario.refusal?.current == "2")
        scenario.run(.refund(RefundRequest(payment: id, expectedVersions: "\"1\", \"2\"")), actor: Scenario.staff)
        #expect(scenario.payment.refunds.count == 1)
    }

    @Test func returnsAllMoneyOfACancelledOrder() {
        var scenario = Scenario()
        scenario.pay(100_000)
        scenario.open()
        scenario.run(.orderChanged(scenario.order(version: 5, status: .cancelled)))
        #expect(scenario.payments.map(\.status) == [.completed, .cancelled])
        #expect(scenario.payments[0].refunds.map(\.reason) == [.cancelled])
        scenario.run(.orderChanged(scenario.order(version: 5, status: .cancelled)))
        scenario.run(.orderChanged(scenario.order(version: 4, status: .pending)))
        #expect(scenario.payments[0].refunds.count == 1)
        #expect(scenario.state?.order?.status == .cancelled)
        scenario.settle(.completed(transactionID: nil), of: scenario.payments[0])
        #expect(scenario.payments[0].status == .refunded)
        #expect(scenario.events.last?.json["reason"]?.string == "cancelled")
    }
}
