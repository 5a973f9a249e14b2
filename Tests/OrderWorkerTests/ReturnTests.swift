import Contracts
import Testing
import Worker

@testable import OrderWorker

/// Goods that come back: who may ask, for what, until when, and what the money does (rules.md sections 6 and 8).
@Suite struct ReturnTests {
    private static let rules = OrderRules.test
    private static let customer = Sample.context(by: Actor(.customer, id: Sample.customer))
    private static let staff = Sample.context(by: Actor(.staff, id: "staff_7"))

    /// Delivered at ``Sample/now``: two units of 750.00.
    private static let order: Order = {
        let paid = Sample.order(in: .confirmed)
        return rules.run(Sample.shipment(paid, .delivered), .order(paid)).state?.order ?? paid
    }()

    private static func request(_ quantity: Int64 = 1, of line: Identifier? = nil) -> OrderCommand {
        .requestReturn(
            ReturnRequest(
                items: [.init(line: line ?? order.lines[0].id, quantity: quantity)], reason: .changedMind,
                comment: "Too heavy"))
    }

    private static func requested(_ quantity: Int64 = 1, _ state: OrderState? = nil) -> OrderState? {
        rules.run(request(quantity), state ?? .order(order), customer).state
    }

    private static func set(
        _ status: ReturnStatus, _ state: OrderState?, reason: String? = nil,
        accepted: [Return.Receipt.Accepted] = [], _ context: DecisionContext = staff, at index: Int = 0
    ) -> (state: OrderState?, decision: Decision<OrderChange>) {
        let id = state?.order?.returns[index].id ?? .new(at: Sample.now)
        return rules.run(
            .setReturnStatus(id, ReturnDecision(status: status, reason: reason, accepted: accepted)), state, context)
    }

    private static func plan(_ state: OrderState?, _ amount: String, at index: Int = 0) throws -> OrderCommand {
        let goods = try #require(state?.order?.returns[index])
        let money = try Sample.money(amount)
        return .refundPlanned(
            RefundPlan(
                returnID: goods.id, refundIDs: money.isZero ? [] : [.new(at: Sample.now)], amount: money,
                shares: [order.lines[0].id: money]))
    }

    private static func paid(_ state: OrderState?, _ amount: String, units: Int64) throws -> OrderCommand {
        let goods = try #require(state?.order?.returns.first)
        return Sample.refunded(
            try Sample.money(amount), returnID: goods.id, units: [order.lines[0].id: units],
            status: .partiallyRefunded)
    }

    private static func code(_ decision: Decision<OrderChange>) -> ProblemCode? {
        guard case .refusal(let problem) = decision.answer else { return nil }
        return problem.code
    }

    // MARK: Request

    @Test func aCustomerAsks() throws {
        let (state, decision) = Self.rules.run(Self.request(), .order(Self.order), Self.customer)
        #expect(decision.answer == .resource(status: 201))
        let goods = try #require(state?.order?.returns.first)
        #expect(goods.status == .requested)
        #expect(goods.refundAmount == (try Sample.money("750.00")))
        #expect(ReturnTransitions.allowed(for: Self.customer.actor, goods).isEmpty)
        #expect(ReturnTransitions.allowed(for: Self.staff.actor, goods) == [.approved, .rejected])
        #expect(state?.order?.lines.map(\.returnedQuantity) == [0])
    }

    /// The fourteenth day counts to its last instant, for customers; staff are not bound.
    @Test(arguments: [(0, true), (-1, true), (1, false)])
    func window(milliseconds: Int, isOpen: Bool) throws {
        let last = try #require(Self.order.deliveredAt).adding(.seconds(14 * 24 * 3600))
        let moment = last.adding(.milliseconds(milliseconds))
        let asked = Self.rules.decide(
            Self.request(), .order(Self.order), Sample.context(by: Self.customer.actor, at: moment))
        #expect(Self.code(asked) == (isOpen ? nil : .returnWindowClosed))
        let staff = Self.rules.decide(
            Self.request(), .order(Self.order), Sample.context(by: Self.staff.actor, at: moment))
        #expect(staff.answer == .resource(status: 201))
    }

    @Test(arguments: OrderStatus.allCases) func onlyWhatWasDelivered(status: OrderStatus) {
        guard status != .delivered else { return }
        let order = Sample.order(in: status)
        let decision = Self.rules.decide(
            Self.request(of: order.lines[0].id), .order(order), Self.customer)
        #expect(Self.code(decision) == .returnNotAllowed)
    }

    @Test func strangersSeeNothing() {
        let stranger = Sample.context(by: Actor(.customer, id: "someone"))
        #expect(Self.code(Self.rules.decide(Self.request(), .order(Self.order), stranger)) == .notFound)
        let (_, decision) = Self.set(.approved, Self.requested(), stranger)
        #expect(Self.code(decision) == .notFound)
        #expect(Self.code(Self.set(.approved, Self.requested(), Self.customer).decision) == .forbidden)
    }

    @Test func noUnitIsReturnedTwice() {
        let one = Self.requested(1)
        guard case .refusal(let problem) = Self.rules.decide(Self.request(2), one, Self.customer).answer else {
            Issue.record("not refused")
            return
        }
        #expect(problem.code == .quantityExceedsAvailable)
        #expect(problem.errors.map(\.pointer) == ["/items/0/quantity"])
        #expect(problem.errors.map(\.availableQuantity) == [1])
        let both = Self.requested(1, one)
        #expect(Self.code(Self.rules.decide(Self.request(), both, Self.customer)) == .returnNotAllowed)
        // What was rejected can be asked for again.
        let rejected = Self.set(.rejected, both, reason: "No").state
        #expect(Self.rules.decide(Self.request(), rejected, Self.customer).answer == .resource(status: 201))
    }

    @Test func aLineOfAnotherOrder() {
        let decision = Self.rules.decide(Self.request(of: .new(at: Sample.now)), .order(Self.order), Self.customer)
        guard case .refusal(let problem) = decision.answer else {
            Issue.record("not refused")
            return
        }
        #expect(problem.code == .validationFailed)
        #expect(problem.errors.map(\.pointer) == ["/items/0/order_item_id"])
    }

    /// What the carrier brought back itself is not returned once more.
    @Test func whatTheCarrierBringsBack() {
        let back = Self.rules.run(
            Sample.shipment(Self.order, .returning, sequence: 2, isHandedOver: true), .order(Self.order)
        ).state
        #expect(Self.code(Self.rules.decide(Self.request(), back, Self.customer)) == .returnNotAllowed)
    }

    // MARK: Decision

    @Test(arguments: [ReturnStatus.approved, .rejected, .received]) func steps(wish: ReturnStatus) throws {
        let states: [(ReturnStatus, OrderState?)] = [
            (.requested, Self.requested()), (.approved, Self.set(.approved, Self.requested()).state),
            (.rejected, Self.set(.rejected, Self.requested(), reason: "No").state),
            (.received, try received("750.00")), (.refunded, try received("0.00")),
        ]
        let open: [ReturnStatus: Set<ReturnStatus>] = [
            .requested: [.approved, .rejected], .approved: [.rejected, .received],
        ]
        for (status, state) in states {
            #expect(state?.order?.returns.first?.status == status)
            let (after, decision) = Self.set(wish, state, reason: "Because")
            if status == wish {
                #expect(decision.answer == .resource(status: 200))
                #expect(after == state)
            } else if open[status]?.contains(wish) == true {
                #expect(!decision.changes.isEmpty)
            } else {
                #expect(Self.code(decision) == .invalidTransition, "\(status) to \(wish)")
                #expect(after == state)
            }
        }
    }

    @Test func aRejectionNeedsAReason() {
        #expect(Self.code(Self.set(.rejected, Self.requested()).decision) == .reasonRequired)
    }

    @Test func precondition() {
        let context = Sample.context(by: Self.staff.actor, parameters: ["if-match": "\"9\""])
        #expect(Self.code(Self.set(.approved, Self.requested(), context).decision) == .versionMismatch)
    }

    // MARK: Receipt and money

    /// A return of one unit that was received and comes to this much.
    private func received(_ amount: String) throws -> OrderState? {
        let approved = Self.set(.approved, Self.requested()).state
        let receiving = Self.set(.received, approved).state
        return Self.rules.run(try Self.plan(receiving, amount), receiving).state
    }

    @Test func receiptAsksForTheRefundFirst() throws {
        let approved = Self.set(.approved, Self.requested(2)).state
        let accepted = [Return.Receipt.Accepted(line: Self.order.lines[0].id, quantity: 1, restock: false)]
        let (receiving, decision) = Self.set(.received, approved, accepted: accepted)
        #expect(decision.answer == .later)
        #expect(receiving?.order?.returns.first?.status == .approved)
        let message = try #require(decision.sends.first)
        #expect(message.type == "payment.refund_order")
        let body = try JSONParser.parse(message.body)
        #expect(body["items"]?.array?.map { $0["quantity"]?.int } == [1])
        #expect(body["return_id"]?.string == receiving?.order?.returns.first?.id.description)

        let (received, settled) = Self.rules.run(try Self.plan(receiving, "750.00"), receiving)
        #expect(settled.resolutions.map(\.1) == [.resource(status: 200)])
        let goods = try #require(received?.order?.returns.first)
        #expect(goods.status == .received)
        #expect(goods.items.map(\.accepted) == [1])
        #expect(goods.items.map(\.restock) == [false])
        #expect(goods.items.map(\.refund) == [try Sample.money("750.00")])
        #expect(goods.receivedAt == Sample.now)
        #expect(received?.order?.lines.map(\.returnedQuantity) == [1])
        #expect(received?.order?.fulfilmentStatus == .partiallyReturned)

        let refunded = Self.rules.run(try Self.paid(received, "750.00", units: 1), received).state
        #expect(refunded?.order?.returns.first?.status == .refunded)
        #expect(refunded?.order?.status == .delivered)
        #expect(refunded?.order?.paymentStatus == .partiallyRefunded)
    }

    /// The answer of the payment worker and the news of the money may overtake each other.
    @Test func moneyBeforeThePlan() throws {
        let receiving = Self.set(.received, Self.set(.approved, Self.requested()).state).state
        let news = [try Self.plan(receiving, "750.00"), try Self.paid(receiving, "750.00", units: 1)]
        for permutation in news.permutations {
            var state = receiving
            for command in permutation { state = Self.rules.run(command, state).state }
            #expect(state?.order?.returns.first?.status == .refunded)
            #expect(state?.order?.amountRefunded == (try Sample.money("750.00")))
        }
    }

    /// A refund out of two payments is complete with its second part.
    @Test func twoPartsOfARefund() throws {
        let received = try received("750.00")
        let first = Self.rules.run(try Self.paid(received, "500.00", units: 1), received).state
        #expect(first?.order?.returns.first?.status == .received)
        let second = Self.rules.run(try Self.paid(received, "250.00", units: 0), first).state
        #expect(second?.order?.returns.first?.status == .refunded)
    }

    @Test func nothingToPayIsRefundedAtOnce() throws {
        #expect(try received("0.00")?.order?.returns.first?.status == .refunded)
    }

    @Test func allMoneyBackEndsTheOrder() throws {
        let receiving = Self.set(.received, Self.set(.approved, Self.requested(2)).state).state
        let received = Self.rules.run(try Self.plan(receiving, "1500.00"), receiving).state
        #expect(received?.order?.fulfilmentStatus == .returned)
        let order = Self.rules.run(try Self.paid(received, "1500.00", units: 2), received).state?.order
        #expect(order?.status == .refunded)
        #expect(order?.returns.first?.status == .refunded)
    }

    @Test func askingAgainShowsTheSameOperation() throws {
        let receiving = Self.set(.received, Self.set(.approved, Self.requested()).state).state
        let (state, decision) = Self.set(.received, receiving, Sample.context(by: Actor(.admin, id: "a")))
        guard case .reply(let reply) = decision.answer else {
            Issue.record("no reply")
            return
        }
        #expect(reply.status == 202)
        #expect(reply.headers["Location"] == "/api/v1/operations/\(Self.staff.message.id)")
        #expect(state == receiving)
        #expect(Self.code(Self.set(.rejected, receiving, reason: "No").decision) == .invalidTransition)
    }

    @Test func moreThanWasSent() {
        let approved = Self.set(.approved, Self.requested()).state
        let tooMany = [Return.Receipt.Accepted(line: Self.order.lines[0].id, quantity: 2, restock: true)]
        #expect(Self.code(Self.set(.received, approved, accepted: tooMany).decision) == .quantityExceedsAvailable)
        let strange = [Return.Receipt.Accepted(line: .new(at: Sample.now), quantity: 1, restock: true)]
        #expect(Self.code(Self.set(.received, approved, accepted: strange).decision) == .validationFailed)
    }

    /// rules.md, cases R1 to R3: shares of a line add up to its total.
    @Test(arguments: RulesCase.all(kind: "unit_refunds")) func shares(of entry: RulesCase) throws {
        let total = try entry.json.money("line_total", .uah)
        var line = Sample.line(quantity: try entry.json.int("quantity"))
        line.total = total
        var before: Int64 = 0
        var amounts: [String] = []
        for count in try entry.json.list("refund_quantities").compactMap(\.int) {
            amounts.append(line.share(of: count, after: before).description)
            before += count
        }
        #expect(amounts == entry.json["expect"]?["amounts"]?.array?.compactMap(\.string))
        #expect(line.share(of: 1, after: line.quantity).isZero, "no unit is paid twice")
    }

    // MARK: Documents and events

    @Test func whatIsRememberedReadsBack() throws {
        let states = [
            Self.requested(), Self.set(.received, Self.set(.approved, Self.requested()).state).state,
            try received("750.00"),
        ]
        for state in states {
            let order = try #require(state?.order)
            let read = try Order(document: JSONParser.parse(order.document), memory: JSONParser.parse(order.memory))
            #expect(read.returns == order.returns)
        }
    }

    @Test func theDocumentIsThatOfTheContract() throws {
        let order = try #require(try received("750.00")?.order)
        let goods = try #require(order.returns.first)
        let json = try JSONParser.parse(
            ReturnView.body(document: goods.document(of: order), allowed: [.approved, .rejected]))
        #expect(json["status"]?.string == "received")
        #expect(json["allowed_transitions"]?.array?.compactMap(\.string) == ["approved", "rejected"])
        #expect(json["refund_ids"]?.array?.count == 1)
        #expect(json["items"]?.array?.first?["accepted_quantity"]?.int == 1)
        #expect(json["items"]?.array?.first?["sku"] == nil)
        #expect(json["refunded"] == nil)
    }

    @Test func events() throws {
        var types: [String] = []
        var state: OrderState? = .order(Self.order)
        func tell(_ command: OrderCommand, _ context: DecisionContext) throws {
            let decision = Self.rules.decide(command, state, context)
            for change in decision.changes {
                let next = Self.rules.evolve(state, change, context)
                for event in OrderEvents().events(for: change, next, context) where event.isPublic {
                    types.append("\(event.type) \(event.sequence)")
                    let body = try JSONParser.parse(event.body)
                    #expect(event.subject == body["return_id"]?.string)
                    #expect(body["items"]?.array?.first?["sku"]?.string == "HP-100")
                    #expect((body["by"] == nil) == (event.type == "return.requested"))
                }
                state = next
            }
        }
        try tell(Self.request(), Self.customer)
        let id = try #require(state?.order?.returns.first?.id)
        try tell(.setReturnStatus(id, ReturnDecision(status: .approved, reason: nil, accepted: [])), Self.staff)
        try tell(.setReturnStatus(id, ReturnDecision(status: .received, reason: nil, accepted: [])), Self.staff)
        try tell(try Self.plan(state, "750.00"), Self.staff)
        #expect(types == ["return.requested 1", "return.approved 2", "return.received 4"])
    }
}
