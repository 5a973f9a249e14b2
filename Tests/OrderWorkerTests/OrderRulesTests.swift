import Contracts
import Testing
import Worker

@testable import OrderWorker

/// What news of other workers make of an order, in each status.
@Suite struct OrderRulesTests {
    private static func paid(_ order: Order, _ amount: Money? = nil) -> OrderCommand {
        .payment(
            PaymentNews(
                id: .new(at: Sample.now), kind: .completed(amount: amount ?? order.total, surplus: .zero(.uah)),
                event: Sample.event("payment.completed")))
    }

    // MARK: Payment

    @Test(arguments: OrderStatus.allCases) func paymentConfirmsPendingOrdersOnly(status: OrderStatus) {
        let order = Sample.order(in: status)
        let after = OrderRules.test.run(Self.paid(order), .order(order)).state?.order
        #expect(after?.status == (status == .pending ? .confirmed : status))
        #expect(after?.amountPaid == order.amountPaid + order.total)
    }

    @Test func partOfTheMoneyConfirmsNothing() throws {
        let order = Sample.order(in: .pending)
        let rules = OrderRules.test
        let half = rules.run(Self.paid(order, try Sample.money("1000.00")), .order(order)).state
        #expect(half?.order?.status == .pending)
        #expect(half?.order?.paymentStatus == .partiallyPaid)
        let whole = rules.run(Self.paid(order, try Sample.money("500.00")), half).state
        #expect(whole?.order?.status == .confirmed)
        #expect(whole?.order?.expiresAt == nil)
    }

    @Test(arguments: OrderStatus.allCases) func fullRefund(status: OrderStatus) {
        var order = Sample.order(in: status)
        if status == .pending { order.amountPaid = order.total }
        order.amountRefunded = .zero(.uah)
        let news = PaymentNews(
            id: .new(at: Sample.now),
            kind: .refunded(.init(amount: order.amountPaid, isSurplus: false), status: .refunded),
            event: Sample.event("payment.refunded"))
        let after = OrderRules.test.run(.payment(news), .order(order)).state?.order
        #expect(after?.status == (status == .pending ? .pending : .refunded))
        #expect(after?.paymentStatus == .refunded)
    }

    @Test func surplusIsNotCounted() throws {
        let order = Sample.order(in: .confirmed)
        let news = PaymentNews(
            id: .new(at: Sample.now), kind: .completed(amount: order.total, surplus: order.total),
            event: Sample.event("payment.completed"))
        let after = OrderRules.test.run(.payment(news), .order(order)).state?.order
        #expect(after?.amountPaid == order.amountPaid)
    }

    // MARK: Shipment

    @Test(arguments: [
        (OrderStatus.pending, OrderStatus.pending), (.confirmed, .shipped), (.processing, .shipped),
        (.shipped, .shipped), (.delivered, .delivered), (.cancelled, .cancelled), (.refunded, .refunded),
    ])
    func wholeOrderOnAWaybill(before: OrderStatus, expected: OrderStatus) {
        let order = Sample.order(in: before)
        let (after, decision) = OrderRules.test.run(Sample.shipment(order, .created), .order(order))
        #expect(after?.order?.status == expected)
        if before == .confirmed {
            #expect(decision.changes.contains(.processing(by: .system, reason: nil)))
            #expect(decision.changes.contains(.shipped))
        }
    }

    @Test func deliveredWhenEveryLiveShipmentIs() {
        let order = Sample.order(in: .confirmed)
        let rules = OrderRules.test
        let shipped = rules.run(Sample.shipment(order, .created), .order(order)).state
        let delivered = rules.run(Sample.shipment(order, .delivered, sequence: 2), shipped).state
        #expect(delivered?.order?.status == .delivered)
        #expect(delivered?.order?.deliveredAt == Sample.now)
        #expect(delivered?.order?.fulfilmentStatus == .delivered)
    }

    @Test func cancelledWaybillBringsItBack() {
        let order = Sample.order(in: .confirmed)
        let rules = OrderRules.test
        let shipped = rules.run(Sample.shipment(order, .created), .order(order)).state
        let back = rules.run(Sample.shipment(order, .cancelled, sequence: 2), shipped).state
        #expect(back?.order?.status == .processing)
        #expect(back?.order?.fulfilmentStatus == .unfulfilled)
    }

    @Test func oldNewsOfAShipmentChangesNothing() {
        let order = Sample.order(in: .confirmed)
        let rules = OrderRules.test
        let shipped = rules.run(Sample.shipment(order, .inTransit, sequence: 3), .order(order)).state
        let (after, decision) = rules.run(Sample.shipment(order, .created, sequence: 2), shipped)
        #expect(decision.changes.isEmpty)
        #expect(after == shipped)
    }

    // MARK: Stock and expiry

    @Test(arguments: OrderStatus.allCases, [StockStatus.rejected, .released])
    func lostStock(status: OrderStatus, stock: StockStatus) {
        let order = Sample.order(in: status)
        let after = OrderRules.test.run(.stock(stock, reason: "out_of_stock"), .order(order)).state?.order
        let cancels = [OrderStatus.pending, .confirmed, .processing].contains(status)
        #expect(after?.status == (cancels ? .cancelled : status))
        #expect(after?.stockStatus == stock)
        if cancels { #expect(after?.cancellation?.reason == "stock_\(stock.rawValue)") }
    }

    @Test(arguments: OrderStatus.allCases) func releaseThatAnswersOurCancellation(status: OrderStatus) {
        let order = Sample.order(in: status)
        let after = OrderRules.test.run(.stock(.released, reason: "order_cancelled"), .order(order)).state?.order
        #expect(after?.status == status)
        #expect(after?.stockStatus == .released)
    }

    @Test(arguments: OrderStatus.allCases, [-1, 0, 1]) func expiry(status: OrderStatus, seconds: Int) {
        var order = Sample.order(in: status)
        order.expiresAt = Sample.now.adding(.seconds(seconds))
        let (after, decision) = OrderRules.test.run(.expire, .order(order))
        let expires = status == .pending && seconds <= 0
        #expect(after?.order?.status == (expires ? .cancelled : status))
        #expect(decision.changes.isEmpty == !expires)
        if expires { #expect(after?.order?.cancellation?.reason == "payment_expired") }
    }

    @Test func unknownOrderIsNotFound() {
        let decision = OrderRules.test.decide(.forward(as: "payment.open"), nil, Sample.context())
        #expect(decision.answer == .refusal(.notFound("order")))
    }

    /// Every change but what is only heard is one version.
    @Test func versionsCountChanges() {
        let order = Sample.order(in: .pending)
        let (after, decision) = OrderRules.test.run(Self.paid(order), .order(order))
        let counted = decision.changes.filter { if case .heard = $0 { false } else { true } }
        #expect(after?.order?.version == order.version + Int64(counted.count))
    }

    // MARK: Order of news

    /// Payment, stock and shipment come over different queues: whatever their order, the end is the same.
    @Test func anyOrderOfNewsEndsAlike() {
        let order = Sample.order(in: .pending)
        let payment = Identifier(high: 2, low: 2)
        let news: [OrderCommand] = [
            .payment(
                PaymentNews(
                    id: payment, kind: .completed(amount: order.total, surplus: .zero(.uah)),
                    event: Sample.event("payment.completed"))),
            .stock(.reserved, reason: nil),
            .heard(Sample.event("invoice.issued")),
        ]
        var ends: [Order] = []
        for permutation in news.permutations {
            var state: OrderState? = .order(order)
            for command in permutation { state = OrderRules.test.run(command, state).state }
            guard var end = state?.order else { continue }
            end.heard = []
            ends.append(end)
        }
        #expect(ends.count == 6)
        #expect(ends.allSatisfy { $0 == ends.first })
        #expect(ends.first?.status == .confirmed)
        #expect(ends.first?.stockStatus == .reserved)
    }

    /// Money comes and goes back; the two pieces of news may overtake each other.
    @Test func refundBeforePayment() {
        let order = Sample.order(in: .pending)
        let payment = Identifier(high: 2, low: 2)
        let news: [OrderCommand] = [
            .payment(
                PaymentNews(
                    id: payment, kind: .completed(amount: order.total, surplus: .zero(.uah)),
                    event: Sample.event("payment.completed", sequence: 2))),
            .payment(
                PaymentNews(
                    id: payment, kind: .refunded(.init(amount: order.total, isSurplus: false), status: .refunded),
                    event: Sample.event("payment.refunded", sequence: 4))),
        ]
        for permutation in news.permutations {
            var state: OrderState? = .order(order)
            for command in permutation { state = OrderRules.test.run(command, state).state }
            #expect(state?.order?.status == .refunded)
            #expect(state?.order?.paymentStatus == .refunded)
            #expect(state?.order?.payments == [.init(id: payment, status: .refunded, sequence: 4)])
        }
    }

    /// A payment that was given up and the one that took its place: the news of both come in any order, some twice.
    @Test func aPaymentThatWasGivenUp() {
        let expiry = Sample.now.adding(.seconds(3600))
        let ids = [Identifier(high: 2, low: 2), Identifier(high: 2, low: 3)]
        func news(_ kind: PaymentNews.Kind, of id: Identifier, sequence: Int64) -> OrderCommand {
            .payment(PaymentNews(id: id, kind: kind, event: Sample.event("payment.x", sequence: sequence)))
        }
        let first = [
            news(.created(expiresAt: expiry), of: ids[0], sequence: 1), news(.voided, of: ids[0], sequence: 2),
        ]
        let second = [
            news(.created(expiresAt: expiry), of: ids[1], sequence: 1),
            news(.failed(.failed), of: ids[1], sequence: 2),
        ]
        func end(_ news: [OrderCommand]) -> Order? {
            news.reduce(OrderState?.some(.order(Sample.order()))) { OrderRules.test.run($1, $0).state }?.order
        }
        #expect(end(Array(first.prefix(1)))?.paymentStatus == .pending)
        for news in first.permutations { #expect(end(news)?.paymentStatus == .unpaid) }
        for news in (first + second).permutations {
            let order = end(news + news.prefix(2))
            #expect(order?.payments.map(\.id) == ids)
            #expect(order?.payments.map(\.status) == [.cancelled, .failed])
            #expect(order?.paymentStatus == .failed)
            #expect(order?.paymentID == ids[1])
        }
        let paid = news(.completed(amount: Sample.order().total, surplus: .zero(.uah)), of: ids[0], sequence: 3)
        #expect(end(first + second + [paid])?.paymentStatus == .paid, "money that comes over its page counts")
    }

    /// News of one shipment in any order, each any number of times: the newest counts.
    @Test func shipmentNewsInAnyOrder() {
        let order = Sample.order(in: .confirmed)
        let statuses: [ShipmentStatus] = [.created, .inTransit, .atBranch, .delivered]
        let news = statuses.enumerated().map { Sample.shipment(order, $1, sequence: Int64($0 + 1)) }
        for permutation in news.permutations {
            var state: OrderState? = .order(order)
            for command in permutation + permutation.reversed() { state = OrderRules.test.run(command, state).state }
            #expect(state?.order?.status == .delivered)
            #expect(state?.order?.shipments.map(\.status) == [.delivered])
        }
    }

    /// The first order of payment and cancellation decides, and nothing is ever confirmed after it was cancelled.
    @Test func expiryAndPaymentAtTheSameMoment() {
        var order = Sample.order(in: .pending)
        order.expiresAt = Sample.now
        let rules = OrderRules.test
        let paidFirst = rules.run(.expire, rules.run(Self.paid(order), .order(order)).state).state?.order
        #expect(paidFirst?.status == .confirmed)
        let expiredFirst = rules.run(Self.paid(order), rules.run(.expire, .order(order)).state).state?.order
        #expect(expiredFirst?.status == .cancelled)
        #expect(expiredFirst?.amountPaid == order.total)
    }
}

extension Array {
    /// All orders of the elements.
    var permutations: [[Element]] {
        guard count > 1 else { return [self] }
        return indices.flatMap { index in
            var rest = self
            let first = rest.remove(at: index)
            return rest.permutations.map { [first] + $0 }
        }
    }
}
