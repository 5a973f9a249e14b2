import Contracts
import Testing
import Worker

@testable import PaymentWorker

/// What the order worker asks for: refunds of several payments, and of the units of a return.
@Suite struct OrderRefundTests {
    private static func request(
        returnID: Identifier? = nil, units: [Refund.Units] = [], reason: String = "customer_request"
    ) throws -> OrderRefund {
        let body = JSONWriter.object {
            $0.member("return_id", returnID)
            $0.member("reason", reason)
            if !units.isEmpty { $0.member("items", array: units) }
        }
        return try OrderRefund(json: JSONParser.parse(body))
    }

    private static func amounts(_ scenario: Scenario) -> [[Int64]] {
        scenario.payments.map { $0.refunds.map(\.amount.minor) }
    }

    /// 1295.00 in two payments.
    private static func paidTwice() -> Scenario {
        var scenario = Scenario()
        scenario.pay(100_000)
        scenario.now = scenario.now.adding(.seconds(60))
        scenario.pay()
        return scenario
    }

    // MARK: All that remains

    @Test func everythingOfAllPayments() throws {
        var scenario = Self.paidTwice()
        scenario.run(.refundOrder(try Self.request(), scenario.order), actor: Scenario.staff)
        #expect(Self.amounts(scenario) == [[100_000], [29_500]])
        #expect(scenario.payments.flatMap(\.refunds).map(\.createdBy) == [Scenario.staff, Scenario.staff])
        #expect(scenario.effects.map(\.kind) == ["liqpay.refund", "liqpay.refund"])
        // Once more: nothing is left to be started.
        scenario.run(.refundOrder(try Self.request(), scenario.order), actor: Scenario.staff)
        #expect(Self.amounts(scenario) == [[100_000], [29_500]])
    }

    @Test func whatWentBackBeforeIsLeftOut() throws {
        var scenario = Self.paidTwice()
        let first = scenario.payments[0]
        scenario.run(
            .refund(RefundRequest(payment: first.id, amount: .string("600.00"))), actor: Scenario.staff)
        scenario.run(.refundOrder(try Self.request(), scenario.order), actor: Scenario.staff)
        #expect(Self.amounts(scenario) == [[60_000, 40_000], [29_500]])
    }

    @Test func whatIsUnclearIsNotRepeated() throws {
        var scenario = Scenario()
        scenario.pay()
        scenario.run(
            .refund(RefundRequest(payment: scenario.payment.id, amount: .string("600.00"))), actor: Scenario.staff)
        scenario.settle(.unknown)
        scenario.run(.refundOrder(try Self.request(), scenario.order), actor: Scenario.staff)
        #expect(Self.amounts(scenario) == [[60_000]])
        let told = try #require(scenario.events.last)
        #expect(told.type == "payment.refund_refused")
        #expect(!told.isPublic)
        #expect(told.json["error_code"]?.string == "refund_outcome_unknown")
        #expect(told.json["order_id"]?.string == scenario.orderID.description)
    }

    /// A surplus that the provider would not take back is no money of the order.
    @Test func aSurplusIsNotCounted() throws {
        var scenario = Scenario()
        scenario.open()
        let first = scenario.payment
        scenario.open(PaymentRequest(amount: Money(minor: 100_000, .uah)))
        scenario.callback("success", at: 1)
        let second = scenario.payment
        scenario.answer(scenario.report("success", at: 2, of: first, source: .query), of: first)
        let surplus = try #require(scenario.state?.payment(first.id)?.surplus)
        #expect(surplus.minor == 100_000)
        scenario.settle(.refused(code: "declined", message: nil), of: scenario.state?.payment(first.id))
        scenario.run(.refundOrder(try Self.request(), scenario.order), actor: Scenario.staff)
        let counted = scenario.payments.flatMap(\.refunds).filter { !$0.isSurplus }
        #expect(counted.reduce(0) { $0 + $1.amount.minor } == 129_500)
        #expect(scenario.state?.payment(second.id)?.refundable.isZero == true)
    }

    // MARK: Returns

    /// The line costs 89.99 for three units: one unit gives 30.00, the next 29.99, the last 30.00.
    @Test func sharesOfALine() throws {
        var scenario = Scenario()
        scenario.pay()
        let line = scenario.lines[1]
        for expected in ["30.00", "29.99", "30.00"] {
            let goods = Identifier.new(at: Scenario.start)
            scenario.run(
                .refundOrder(
                    try Self.request(returnID: goods, units: [.init(line: line, quantity: 1)], reason: "return"),
                    scenario.order), actor: Scenario.staff)
            let told = try #require(scenario.events.last)
            #expect(told.type == "payment.refund_started")
            #expect(!told.isPublic)
            #expect(told.json["amount"]?.string == expected)
            #expect(told.json["return_id"]?.string == goods.description)
            #expect(told.json["items"]?.array?.map { $0["amount"]?.string } == [expected])
            let refund = try #require(scenario.payment.refunds.last)
            #expect(told.json["refund_ids"]?.array?.map(\.string) == [refund.id.description])
            #expect(refund.returnID == goods)
            #expect(refund.reason == .return)
            #expect(refund.units == [.init(line: line, quantity: 1)])
            scenario.settle(.completed(transactionID: nil))
        }
        // All units are paid back: a fourth gives nothing.
        scenario.run(
            .refundOrder(
                try Self.request(
                    returnID: .new(at: Scenario.start), units: [.init(line: line, quantity: 1)], reason: "return"),
                scenario.order), actor: Scenario.staff)
        #expect(scenario.events.last?.json["amount"]?.string == "0.00")
        #expect(scenario.events.last?.json["refund_ids"]?.array?.isEmpty == true)
    }

    /// A refund by staff and a return count the same units: k is over all refunds by units.
    @Test func refundsByUnitsAndReturnsCountTogether() throws {
        var scenario = Scenario()
        scenario.pay()
        let line = scenario.lines[1]
        scenario.run(
            .refund(RefundRequest(payment: scenario.payment.id, units: [.init(line: line, quantity: 1)])),
            actor: Scenario.staff)
        scenario.run(
            .refundOrder(
                try Self.request(
                    returnID: .new(at: Scenario.start), units: [.init(line: line, quantity: 2)], reason: "return"),
                scenario.order), actor: Scenario.staff)
        #expect(Self.amounts(scenario) == [[3_000, 5_999]])
    }

    /// Cut to what is left, and taken from the earliest payment first; the units stand with the first part.
    @Test func cutAndSpread() throws {
        var scenario = Self.paidTwice()
        let units = [Refund.Units(line: scenario.lines[0], quantity: 2)]
        scenario.run(
            .refund(RefundRequest(payment: scenario.payments[0].id, amount: .string("100.00"))), actor: Scenario.staff)
        scenario.run(
            .refundOrder(
                try Self.request(returnID: .new(at: Scenario.start), units: units, reason: "return"), scenario.order),
            actor: Scenario.staff)
        #expect(Self.amounts(scenario) == [[10_000, 90_000], [29_500]])
        #expect(scenario.events.last?.json["amount"]?.string == "1195.00")
        #expect(scenario.state?.refundedUnits(of: scenario.lines[0]) == 2)
        #expect(scenario.payments.flatMap(\.refunds).map { $0.units.isEmpty } == [true, false, true])
    }

    @Test func anOrderPaidElsewhere() throws {
        var scenario = Scenario()
        scenario.run(
            .refundOrder(
                try Self.request(
                    returnID: .new(at: Scenario.start), units: [.init(line: scenario.lines[0], quantity: 1)],
                    reason: "return"), scenario.order(status: .delivered)), actor: Scenario.staff)
        #expect(scenario.events.map(\.type) == ["payment.refund_started"])
        #expect(scenario.events.last?.json["amount"]?.string == "0.00")
    }

    // MARK: The order has ended

    /// Money that comes for a refunded order goes back like that of a cancelled one.
    @Test(arguments: [OrderStatus.cancelled, .refunded]) func lateMoney(status: OrderStatus) {
        var scenario = Scenario()
        scenario.open()
        let payment = scenario.payment
        scenario.run(.orderChanged(scenario.order(version: 5, status: status)))
        #expect(scenario.payment.status == .cancelled)
        scenario.answer(scenario.report("success", at: 1, of: payment, source: .query), of: payment)
        #expect(scenario.payment.refunds.map(\.reason) == [.latePayment])
        #expect(scenario.payment.refunds.map(\.amount) == [payment.amount])
        #expect(scenario.payment.surplus.isZero)
    }

    /// Only the order's end gives money back, and only once, however its news come.
    @Test func cancelledAndRefundedInAnyOrder() {
        for versions in [[5, 6], [6, 5], [5, 5, 6]] as [[Int64]] {
            var scenario = Scenario()
            scenario.pay()
            for version in versions {
                scenario.run(
                    .orderChanged(scenario.order(version: version, status: version == 5 ? .cancelled : .refunded)))
            }
            #expect(scenario.payment.refunds.map(\.amount.minor) == [129_500])
        }
    }
}
