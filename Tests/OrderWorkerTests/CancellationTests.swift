import Contracts
import Testing
import Worker

@testable import OrderWorker

/// Cancellation of an order with waybills, step by step, and what races with it (rules.md section 7).
@Suite struct CancellationTests {
    private static let rules = OrderRules.test
    private static let staff = Sample.context(by: Actor(.staff, id: "staff_7"))

    /// A paid order, one unit of two on a waybill.
    private static func begun() -> (order: Order, state: OrderState?, decision: Decision<OrderChange>) {
        let order = Sample.order(in: .confirmed)
        let inPreparation = rules.run(Sample.shipment(order, .created, units: 1), .order(order)).state
        let (state, decision) = rules.run(.cancel(reason: "Ordered by mistake"), inPreparation, staff)
        return (order, state, decision)
    }

    @Test func waybillsGoFirst() throws {
        let (order, begun, decision) = Self.begun()
        #expect(begun?.order?.status == .processing)
        #expect(decision.answer == .later)
        let message = try #require(decision.sends.first)
        #expect(message.type == "shipment.withdraw")
        let cancelling = try #require(begun?.order?.cancelling)
        let body = try JSONParser.parse(message.body)
        #expect(body["cancellation_id"]?.string == cancelling.id.description)
        #expect(body["order_id"]?.string == order.id.description)

        let (cancelled, settled) = Self.rules.run(
            Sample.shipment(order, .cancelled, units: 1, sequence: 2), begun)
        #expect(cancelled?.order?.status == .cancelled)
        #expect(cancelled?.order?.cancellation?.reason == "Ordered by mistake")
        #expect(cancelled?.order?.cancellation?.by == Self.staff.actor)
        #expect(cancelled?.order?.previousStatus == .processing)
        #expect(cancelled?.order?.cancelling == nil)
        #expect(settled.resolutions.map(\.0) == [Self.staff.message.id])
        #expect(settled.resolutions.map(\.1) == [.resource(status: 200)])
        #expect(Self.rules.run(Sample.refunded(order.total), cancelled).state?.order?.status == .refunded)
    }

    @Test func aParcelAtTheCarrierStopsIt() throws {
        let (order, begun, _) = Self.begun()
        let id = try #require(begun?.order?.cancelling?.id)
        let refused = Problem.alreadyShipped("processing")
        // The shipping worker says so, or tracking does: whichever comes first.
        let news: [OrderCommand] = [
            .withdrawalRefused(id), Sample.shipment(order, .inTransit, units: 1, sequence: 2, isHandedOver: true),
        ]
        for permutation in news.permutations {
            var state = begun
            var answers: [Decision<OrderChange>.Answer] = []
            for command in permutation {
                let (next, decision) = Self.rules.run(command, state)
                state = next
                answers += decision.resolutions.map(\.1)
            }
            #expect(state?.order?.status == .processing)
            #expect(state?.order?.cancelling == nil)
            #expect(state?.order?.cancellation == nil)
            #expect(answers == [.refusal(refused)])
        }
    }

    @Test func anOldRefusalDoesNotStopANewCancellation() throws {
        let (_, begun, _) = Self.begun()
        let (after, decision) = Self.rules.run(.withdrawalRefused(.new(at: Sample.now)), begun)
        #expect(after == begun)
        #expect(decision.resolutions.isEmpty)
    }

    @Test func askingAgainShowsTheSameOperation() {
        let (_, begun, _) = Self.begun()
        for command in [OrderCommand.cancel(reason: nil), .setStatus(.cancelled, reason: nil)] {
            let (state, decision) = Self.rules.run(command, begun, Sample.context(by: Actor(.admin, id: "a")))
            #expect(state == begun)
            #expect(decision.sends.isEmpty)
            guard case .reply(let reply) = decision.answer else {
                Issue.record("no reply")
                return
            }
            #expect(reply.status == 202)
            #expect(reply.headers["Location"] == "/api/v1/operations/\(Self.staff.message.id)")
        }
    }

    @Test func nothingElseCanBeWishedForMeanwhile() {
        let (_, begun, _) = Self.begun()
        for target in [OrderStatus.shipped, .refunded, .delivered] {
            let decision = Self.rules.decide(.setStatus(target, reason: nil), begun, Self.staff)
            guard case .refusal(let problem) = decision.answer else {
                Issue.record("\(target) is not refused")
                continue
            }
            #expect(problem.code == .invalidTransition)
            #expect(problem.allowed == ["cancelled"])
        }
        for (type, code) in [("shipment.open", ProblemCode.invalidTransition), ("payment.open", .orderNotPayable)] {
            guard case .refusal(let problem) = Self.rules.decide(.forward(as: type), begun, Self.staff).answer else {
                Issue.record("\(type) is not refused")
                continue
            }
            #expect(problem.code == code)
        }
    }

    /// A shipment that was on its way to the shipping worker when the cancellation began.
    @Test func aWaybillThatComesWhileItIsCancelled() {
        let (order, begun, _) = Self.begun()
        let (late, decision) = Self.rules.run(Sample.shipment(order, .created, units: 1, id: 2), begun)
        #expect(decision.sends.map(\.type) == ["shipment.withdraw"])
        let first = Self.rules.run(Sample.shipment(order, .cancelled, units: 1, sequence: 2), late).state
        #expect(first?.order?.status != .cancelled)
        let both = Self.rules.run(Sample.shipment(order, .cancelled, units: 1, id: 2, sequence: 2), first).state
        #expect(both?.order?.status == .cancelled)
    }

    @Test(arguments: [OrderStatus.cancelled, .refunded]) func aWaybillThatComesTooLate(status: OrderStatus) {
        let order = Sample.order(in: status)
        let (after, decision) = Self.rules.run(Sample.shipment(order, .created), .order(order))
        #expect(after?.order?.status == status)
        #expect(decision.sends.map(\.type) == ["shipment.withdraw"])
        let gone = Self.rules.run(Sample.shipment(order, .cancelled, sequence: 2), after).decision
        #expect(gone.sends.isEmpty)
    }

    // MARK: By itself

    @Test(arguments: [StockStatus.rejected, .released]) func lostStockOfAnOrderWithAWaybill(stock: StockStatus) {
        let order = Sample.order(in: .confirmed)
        let inPreparation = Self.rules.run(Sample.shipment(order, .created, units: 1), .order(order)).state
        let (begun, decision) = Self.rules.run(.stock(stock, reason: nil), inPreparation)
        #expect(begun?.order?.stockStatus == stock)
        #expect(begun?.order?.status == .processing)
        #expect(decision.sends.map(\.type) == ["shipment.withdraw"])
        let done = Self.rules.run(Sample.shipment(order, .cancelled, units: 1, sequence: 2), begun).state?.order
        #expect(done?.status == .cancelled)
        #expect(done?.cancellation?.reason == "stock_\(stock.rawValue)")
        #expect(done?.cancellation?.by == .system)
    }

    @Test func whatNobodyWaitsForIsTakenOver() {
        let order = Sample.order(in: .confirmed)
        let inPreparation = Self.rules.run(Sample.shipment(order, .created, units: 1), .order(order)).state
        let begun = Self.rules.run(.stock(.rejected, reason: nil), inPreparation).state
        let (joined, decision) = Self.rules.run(.cancel(reason: "mine"), begun, Self.staff)
        #expect(decision.answer == .later)
        let (done, settled) = Self.rules.run(Sample.shipment(order, .cancelled, units: 1, sequence: 2), joined)
        #expect(done?.order?.cancellation?.reason == "stock_rejected")
        #expect(settled.resolutions.map(\.0) == [Self.staff.message.id])
    }

    /// Own delivery has left the house: as with a carrier.
    @Test func ownDeliveryIsHandedOver() {
        let order = Sample.order(in: .confirmed)
        let part = Self.rules.run(Sample.shipment(order, .created, units: 1), .order(order)).state
        let shipped = Self.rules.run(.setStatus(.shipped, reason: nil), part, Self.staff).state
        let back = Self.rules.run(Sample.shipment(order, .cancelled, units: 1, sequence: 2), shipped).state
        #expect(back?.order?.status == .processing)
        let decision = Self.rules.decide(.cancel(reason: nil), back, Self.staff)
        #expect(decision.answer == .refusal(.alreadyShipped("processing")))
    }

    /// A shipped order is cancelled in two steps: its shipments first.
    @Test func shippedOrdersGoBackToPreparation() {
        let order = Sample.order(in: .confirmed)
        let shipped = Self.rules.run(Sample.shipment(order, .created), .order(order)).state
        #expect(
            Self.rules.decide(.cancel(reason: nil), shipped, Self.staff).answer
                == .refusal(.alreadyShipped("shipped")))
        let back = Self.rules.run(Sample.shipment(order, .cancelled, sequence: 2), shipped).state
        let cancelled = Self.rules.run(.cancel(reason: nil), back, Self.staff).state?.order
        #expect(cancelled?.status == .cancelled)
        #expect(cancelled?.previousStatus == .processing)
    }

    @Test func whatIsRememberedReadsBack() throws {
        let (_, begun, _) = Self.begun()
        let order = try #require(begun?.order)
        let read = try Order(document: JSONParser.parse(order.document), memory: JSONParser.parse(order.memory))
        #expect(read.cancelling == order.cancelling)
        #expect(read.shipments == order.shipments)
    }
}
