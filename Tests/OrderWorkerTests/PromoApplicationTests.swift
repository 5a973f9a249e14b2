import Contracts
import Testing
import Worker

@testable import OrderWorker

/// A promo code for an order that is there already, step by step, and what races with it.
@Suite struct PromoApplicationTests {
    private static let rules = OrderRules.test
    private static let code = "SUMMER20"

    private static func asker(_ actor: Actor = Actor(.customer, id: Sample.customer), ifMatch: String? = nil)
        -> DecisionContext
    {
        var message = Sample.message("promo.apply", actor: actor)
        message.parameters["if-match"] = ifMatch
        return Sample.context(message)
    }

    private struct Begun {
        let state: OrderState?
        let decision: Decision<OrderChange>
        let asker: DecisionContext
        var request: Message? { decision.sends.first }
    }

    private static func begin(_ order: Order = Sample.order(), _ code: String = code) -> Begun {
        let asker = asker()
        let (state, decision) = rules.run(.applyPromo(code: code), .order(order), asker)
        return Begun(state: state, decision: decision, asker: asker)
    }

    /// What the promo worker says to a request, 300.00 off unless told otherwise.
    private static func grant(
        _ order: Order, to request: Message?, code: String = code, discount: Int64 = 30_000, shipping: Int64 = 0,
        redemption: Identifier = .new(at: Sample.now)
    ) -> PromoGrant {
        let event = Event(
            id: .new(at: Sample.now), type: "promo.redeemed", tenant: "default", subject: code, sequence: 2,
            time: Sample.now, actor: .system, body: Array("{}".utf8), causationID: request?.id)
        return PromoGrant(
            redemptionID: redemption, orderID: order.id, code: code,
            discounts: ["prod_123": Money(minor: discount, .uah)], shippingDiscount: Money(minor: shipping, .uah),
            event: event)
    }

    private static func problem(_ answer: Decision<OrderChange>.Answer?) -> Problem? {
        guard case .refusal(let problem)? = answer else { return nil }
        return problem
    }

    private static func payment(_ kind: PaymentNews.Kind, id: UInt64 = 2, sequence: Int64 = 1) -> OrderCommand {
        .payment(
            PaymentNews(
                id: Identifier(high: 2, low: id), kind: kind, event: Sample.event("payment.x", sequence: sequence)))
    }

    private static let opened = payment(.created(expiresAt: Sample.now.adding(.seconds(3600))))

    // MARK: The way it goes

    @Test func asksForTheUseAndTakesIt() throws {
        var order = Sample.order().priced(
            discounts: [:], shippingDiscount: .zero(.uah), quote: Money(minor: 9_500, .uah))
        order.delivery = Order.Delivery(carrier: .novaposhta, service: .courier, cityRef: nil, branchRef: nil)
        let begun = Self.begin(order)
        #expect(begun.decision.answer == .later)
        #expect(begun.decision.timers.map(\.dueAt) == [Sample.now.adding(.seconds(660))])
        let request = try #require(begun.request)
        #expect(request.type == "promo.redeem")
        let body = try JSONParser.parse(request.body)
        #expect(body["code"]?.string == Self.code)
        #expect(body["shipping_cost"]?.string == "95.00")
        #expect(body["order_version"]?.int == 1)
        #expect(begun.state?.order?.total == order.total, "nothing is given before it is granted")

        let grant = Self.grant(order, to: request)
        let (state, decision) = Self.rules.run(.promoRedeemed(grant), begun.state)
        let after = try #require(state?.order)
        #expect(after.promoCode == Self.code)
        #expect(after.redemptionID == grant.redemptionID)
        #expect(after.applying == nil)
        #expect(
            [after.discount, after.shippingCost, after.shippingTax, after.tax, after.total].map(\.description) == [
                "300.00", "95.00", "15.83", "215.83", "1295.00",
            ])
        #expect(after.status == .pending)
        #expect(after.version == 3)
        #expect(decision.resolutions.map(\.0) == [begun.asker.message.id])
        #expect(decision.resolutions.map(\.1) == [.resource(status: 201)])
        #expect(decision.timers.map(\.dueAt) == [nil])
        #expect(decision.sends.isEmpty)
    }

    @Test func freeDelivery() throws {
        let order = Sample.order().priced(
            discounts: [:], shippingDiscount: .zero(.uah), quote: Money(minor: 9_500, .uah))
        let begun = Self.begin(order)
        let grant = Self.grant(order, to: begun.request, discount: 0, shipping: 9_500)
        let after = try #require(Self.rules.run(.promoRedeemed(grant), begun.state).state?.order)
        #expect(after.shippingCost.isZero)
        #expect(after.shippingDiscount.description == "95.00")
        #expect(after.total.description == "1500.00")
    }

    /// Nothing is left to pay: nobody could ever confirm it by a payment.
    @Test func nothingLeftToPay() throws {
        let order = Sample.order()
        let begun = Self.begin(order)
        let (state, decision) = Self.rules.run(
            .promoRedeemed(Self.grant(order, to: begun.request, discount: 150_000)), begun.state)
        #expect(state?.order?.status == .confirmed)
        #expect(state?.order?.expiresAt == nil)
        #expect(decision.resolutions.map(\.1) == [.resource(status: 201)])
    }

    @Test func isTold() throws {
        let order = Sample.order()
        let begun = Self.begin(order)
        for (discount, changes) in [(Int64(30_000), ["promo_code", "totals"]), (0, ["promo_code"])] {
            let grant = Self.grant(order, to: begun.request, discount: discount)
            let (state, decision) = Self.rules.run(.promoRedeemed(grant), begun.state)
            let after = try #require(state)
            let events = decision.changes.flatMap { OrderEvents().events(for: $0, after, Sample.context()) }
            #expect(events.map(\.type) == ["order.updated"])
            #expect(events.map(\.isPublic) == [true])
            let body = try JSONParser.parse(try #require(events.first).body)
            #expect(body["changes"]?.array?.compactMap(\.string) == changes)
            #expect(body["order"]?["promo_code"]?.string == Self.code)
            #expect(body["version"]?.int == 3)
        }
    }

    @Test func theSameCodeAgainIsAnsweredAgain() throws {
        let order = Sample.order()
        let begun = Self.begin(order)
        var state = Self.rules.run(.promoRedeemed(Self.grant(order, to: begun.request)), begun.state).state
        for command in [Self.opened, Sample.paid(try Sample.money("1200.00"))] {
            let (same, decision) = Self.rules.run(.applyPromo(code: Self.code), state, Self.asker())
            #expect(decision.answer == .resource(status: 200))
            #expect(same == state)
            state = Self.rules.run(command, state).state
        }
        #expect(state?.order?.status == .confirmed)
        let ended = Self.rules.run(.cancel(reason: nil), state).state
        let refusal = Self.problem(Self.rules.decide(.applyPromo(code: Self.code), ended, Self.asker()).answer)
        #expect(refusal?.code == .invalidTransition, "its use was given back")
    }

    @Test func theDocument() throws {
        let order = Sample.order()
        let begun = Self.begin(order)
        let grant = Self.grant(order, to: begun.request)
        let after = try #require(Self.rules.run(.promoRedeemed(grant), begun.state).state?.order)
        let reply = RedemptionView.reply(status: 201, after, to: begun.asker.message)
        let body = try JSONParser.parse(reply.body)
        #expect(body["id"]?.string == grant.redemptionID.description)
        #expect(body["created_at"]?.string == Sample.now.description)
        #expect(body["discount"]?.string == "300.00")
        #expect(body["order"]?["total"]?.string == "1200.00")
        #expect(body["order"]?["allowed_transitions"]?.array == [.string("cancelled")])
    }

    @Test func whatIsRememberedReadsBack() throws {
        let order = Sample.order()
        let begun = Self.begin(order)
        let joined = Self.rules.run(.applyPromo(code: Self.code), begun.state, Self.asker()).state
        let done = Self.rules.run(.promoRedeemed(Self.grant(order, to: begun.request)), joined).state
        for state in [joined, done] {
            var stored = try #require(state?.order)
            let read = try Order(document: JSONParser.parse(stored.document), memory: JSONParser.parse(stored.memory))
            stored.rendered = nil
            stored.heard = []
            #expect(read == stored)
        }
    }

    // MARK: Refusals

    @Test(arguments: [
        (Actor(.customer, id: "cust_43"), nil, ProblemCode.notFound),
        (Actor(.customer, id: Sample.customer), "\"9\"", .versionMismatch),
    ])
    func others(actor: Actor, ifMatch: String?, code: ProblemCode) {
        let decision = Self.rules.decide(
            .applyPromo(code: Self.code), .order(Sample.order()), Self.asker(actor, ifMatch: ifMatch))
        #expect(Self.problem(decision.answer)?.code == code)
        #expect(decision.sends.isEmpty)
    }

    @Test(arguments: OrderStatus.allCases.filter { $0 != .pending }) func onlyPendingOrders(status: OrderStatus) {
        let decision = Self.rules.decide(
            .applyPromo(code: Self.code), .order(Sample.order(in: status)), Self.asker())
        #expect(Self.problem(decision.answer)?.code == .invalidTransition)
        #expect(Self.problem(decision.answer)?.current == status.rawValue)
    }

    @Test func anotherCode() {
        var order = Sample.order()
        order.promoCode = "WINTER"
        let decision = Self.rules.decide(.applyPromo(code: Self.code), .order(order), Self.asker())
        #expect(Self.problem(decision.answer)?.code == .promoAlreadyApplied)
    }

    /// An order from before the use was remembered: the promo worker knows it.
    @Test func aUseThatIsNotRemembered() throws {
        var order = Sample.order().priced(
            discounts: ["prod_123": Money(minor: 30_000, .uah)], shippingDiscount: .zero(.uah), quote: .zero(.uah))
        order.promoCode = Self.code
        let begun = Self.begin(order)
        let (state, decision) = Self.rules.run(.promoRedeemed(Self.grant(order, to: begun.request)), begun.state)
        #expect(decision.resolutions.map(\.1) == [.resource(status: 200)])
        #expect(state?.order?.total == order.total)
        #expect(state?.order?.redemptionID != nil)
    }

    /// Whether somebody pays, after so many attempts.
    @Test(
        arguments: [
            ([], true), ([opened], false),
            ([opened, payment(.failed(.failed), sequence: 2)], true),
            ([opened, payment(.failed(.expired), sequence: 2)], true),
            ([opened, payment(.voided, sequence: 2)], true),
            // The second took the place of the first.
            (
                [
                    opened, payment(.voided, sequence: 2), payment(.created(expiresAt: Sample.now), id: 3),
                    payment(.failed(.failed), id: 3, sequence: 2),
                ], true
            ),
            ([opened, payment(.failed(.failed), id: 3, sequence: 2)], false),
            ([opened, payment(.created(expiresAt: Sample.now), id: 3)], false),
            ([Sample.paid(Money(minor: 100, .uah))], false),
        ] as [([OrderCommand], Bool)])
    func whileNobodyPays(news: [OrderCommand], isTaken: Bool) {
        let state = news.reduce(OrderState?.some(.order(Sample.order()))) { Self.rules.run($1, $0).state }
        let decision = Self.rules.decide(.applyPromo(code: Self.code), state, Self.asker())
        if isTaken {
            #expect(decision.answer == .later)
        } else {
            #expect(Self.problem(decision.answer)?.code == .paymentInProgress)
        }
    }

    @Test func theCodeIsRefused() {
        let order = Sample.order()
        let begun = Self.begin(order)
        let reasons = [FieldError(pointer: "/promo_code", code: "expired", detail: "Is over.")]
        let (other, none) = Self.rules.run(.promoRejected(reasons, cause: .new(at: Sample.now)), begun.state)
        #expect(other == begun.state)
        #expect(none.resolutions.isEmpty)
        let (state, decision) = Self.rules.run(.promoRejected(reasons, cause: begun.request?.id), begun.state)
        #expect(state?.order?.applying == nil)
        #expect(state?.order?.promoCode == nil)
        let problem = Self.problem(decision.resolutions.first?.1)
        #expect(problem?.code == .promoNotEligible)
        #expect(problem?.errors.map(\.pointer) == ["/code"])
        #expect(Self.rules.decide(.applyPromo(code: "WINTER"), state, Self.asker()).answer == .later)
    }

    // MARK: Several at once

    @Test func theSameCodeMeanwhile() throws {
        let order = Sample.order()
        let begun = Self.begin(order)
        var state = begun.state
        var waiting = [begun.asker.message.id]
        for _ in 1..<PromoApplication.askerLimit {
            let asker = Self.asker()
            let (next, decision) = Self.rules.run(.applyPromo(code: Self.code), state, asker)
            #expect(decision.answer == .later)
            #expect(decision.sends.isEmpty)
            waiting.append(asker.message.id)
            state = next
        }
        let (same, many) = Self.rules.run(.applyPromo(code: Self.code), state, Self.asker())
        #expect(same == state)
        guard case .reply(let reply) = many.answer else {
            Issue.record("no reply")
            return
        }
        #expect(reply.status == 202)
        #expect(reply.headers["Location"] == "/api/v1/operations/\(begun.asker.message.id)")
        let decision = Self.rules.run(.promoRedeemed(Self.grant(order, to: begun.request)), state).decision
        #expect(decision.resolutions.map(\.0) == waiting)
        let statuses = [201] + Array(repeating: 200, count: waiting.count - 1)
        #expect(decision.resolutions.map(\.1) == statuses.map { .resource(status: $0) })
    }

    @Test func anotherCodeMeanwhile() {
        let begun = Self.begin()
        let (state, decision) = Self.rules.run(.applyPromo(code: "WINTER"), begun.state, Self.asker())
        #expect(state == begun.state)
        #expect(Self.problem(decision.answer)?.code == .promoAlreadyApplied)
        #expect(Self.problem(decision.answer)?.retryAfter == 1)
    }

    // MARK: What ends it

    private static let ends: [(String, [OrderCommand], DecisionContext, ProblemCode)] = [
        ("payment", [opened], Sample.context(), .paymentInProgress),
        ("money", [Sample.paid(Money(minor: 150_000, .uah))], Sample.context(), .invalidTransition),
        ("part", [Sample.paid(Money(minor: 100, .uah))], Sample.context(), .paymentInProgress),
        ("cancel", [.cancel(reason: nil)], Sample.context(), .invalidTransition),
        (
            "admin", [.setStatus(.confirmed, reason: "cash")], Sample.context(by: Actor(.admin, id: "a")),
            .invalidTransition
        ),
        ("stock", [.stock(.rejected, reason: nil)], Sample.context(), .invalidTransition),
        ("expiry", [.expire], Sample.context(at: Sample.now.adding(.seconds(100_000))), .invalidTransition),
        ("request", [.forward(as: "payment.open")], Sample.context(), .paymentInProgress),
        ("silence", [.applicationTimedOut], Sample.context(), .unavailable),
    ]

    /// The asker is told, the total stays, and the use that was taken goes back: whatever comes first.
    @Test(arguments: ends.map(\.0), [false, true])
    func theOrderGoesAnotherWay(end: String, isGrantedFirst: Bool) throws {
        let (_, commands, context, code) = try #require(Self.ends.first { $0.0 == end })
        let order = Sample.order()
        let begun = Self.begin(order)
        let grant = OrderCommand.promoRedeemed(Self.grant(order, to: begun.request))
        var state = begun.state
        var resolutions: [(Identifier, Decision<OrderChange>.Answer)] = []
        var released = 0
        for command in isGrantedFirst ? [grant] + commands : commands + [grant] {
            let isGrant = if case .promoRedeemed = command { true } else { false }
            let (next, decision) = Self.rules.run(command, state, isGrant ? Sample.context() : context)
            state = next
            resolutions += decision.resolutions
            released += decision.sends.count { $0.type == "promo.release" }
            #expect(next?.order.map { ($0.promoCode == nil) == $0.discount.isZero } == true)
        }
        #expect(resolutions.map(\.0) == [begun.asker.message.id], "answered once")
        #expect(state?.order?.applying == nil)
        if isGrantedFirst {
            #expect(resolutions.map(\.1) == [.resource(status: 201)])
            #expect(state?.order?.promoCode == Self.code)
            #expect(released == 0)
        } else {
            #expect(Self.problem(resolutions.first?.1)?.code == code)
            #expect(state?.order?.promoCode == nil)
            #expect(state?.order?.total == order.total)
            #expect(released == 1)
        }
    }

    /// What does not touch it lets it go on.
    @Test func itGoesOn() {
        let order = Sample.order()
        let begun = Self.begin(order)
        let news: [OrderCommand] = [
            .stock(.reserved, reason: nil), .heard(Sample.event("invoice.issued")), .forward(as: "shipment.open"),
            Self.payment(.failed(.failed)),
        ]
        let state = news.reduce(begun.state) { Self.rules.run($1, $0).state }
        #expect(state?.order?.applying != nil)
        let after = Self.rules.run(.promoRedeemed(Self.grant(order, to: begun.request)), state).state
        #expect(after?.order?.promoCode == Self.code)
    }

    @Test func payingSeesTheTotalThatStays() throws {
        let order = Sample.order()
        let begun = Self.begin(order)
        let request = Sample.message("payment.create", body: #"{"order_id":"x"}"#)
        let (state, decision) = Self.rules.run(.forward(as: "payment.open"), begun.state, Sample.context(request))
        guard case .forward(let message) = decision.answer else {
            Issue.record("is not forwarded")
            return
        }
        #expect(message.id == request.id)
        let total = try JSONParser.parse(message.body)["order"]?["total"]?.string
        #expect(total == state?.order?.total.description)
        #expect(total == "1500.00")
    }

    // MARK: News of an earlier try

    /// Given up, asked for again, and only then the first answer: the use of the first try goes back unless the second has
    /// asked for it by then, which the version tells the promo worker.
    @Test func anEarlierTry() throws {
        let order = Sample.order()
        let first = Self.begin(order)
        let givenUp = Self.rules.run(.applicationTimedOut, first.state).state
        let asker = Self.asker()
        let (second, decision) = Self.rules.run(.applyPromo(code: Self.code), givenUp, asker)
        let request = try #require(decision.sends.first)
        let version = try JSONParser.parse(request.body)["order_version"]?.int
        #expect(version == 3)
        let (waiting, late) = Self.rules.run(.promoRedeemed(Self.grant(order, to: first.request)), second)
        #expect(waiting?.order?.applying != nil)
        let release = try #require(late.sends.first)
        #expect(try JSONParser.parse(release.body)["order_version"]?.int == version)
        let (done, end) = Self.rules.run(.promoRedeemed(Self.grant(order, to: request)), waiting)
        #expect(done?.order?.promoCode == Self.code)
        #expect(end.resolutions.map(\.0) == [asker.message.id])
        let again = Self.rules.run(.promoRedeemed(Self.grant(order, to: first.request)), done).decision
        #expect(again.sends.isEmpty, "the order holds it")
        #expect(Self.rules.run(.applicationTimedOut, done).decision.changes.isEmpty)
    }
}
