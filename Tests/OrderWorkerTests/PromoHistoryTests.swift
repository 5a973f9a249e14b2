import Contracts
import TestSupport
import Testing
import Worker

@testable import OrderWorker

/// What must hold however the messages about a promo code and an order overtake each other.
@Suite struct PromoHistoryTests {
    /// One order, one code and what is on its way between their workers. Whatever is on its way may arrive next.
    private struct World {
        var random: SeededNumbers
        var state: OrderState? = .order(Sample.order())
        var toPromo: [Message] = []
        var toOrder: [OrderCommand] = []
        /// Those who wait, and those who were answered.
        var waiting: Set<Identifier> = []
        var answered: [Identifier: Int] = [:]
        var isTimerSet = false
        // The promo worker: the use of the order, and whether others have taken all that are left.
        var live: (redemption: Identifier, version: Int64)?
        var isUsedUp = false

        var order: Order? { state?.order }

        mutating func tell(_ command: OrderCommand, by actor: Actor = .system) {
            let context = Sample.context(by: actor)
            let before = state
            let (next, decision) = OrderRules.test.run(command, before, context)
            state = next
            toPromo += decision.sends
            if decision.answer == .later { waiting.insert(context.message.id) }
            for (id, _) in decision.resolutions { answered[id, default: 0] += 1 }
            for timer in decision.timers where timer.name == "application" { isTimerSet = timer.dueAt != nil }
            // `order.cancelled` tells the promo worker which code the order gives back.
            if before?.order?.status != .cancelled, next?.order?.status == .cancelled, let code = next?.order?.promoCode
            {
                toPromo.append(
                    Sample.message(
                        "order.cancelled", body: #"{"code":"\#(code)","order_id":"\#(order?.id ?? .new())"}"#))
            }
        }

        /// The promo worker decides about one message.
        mutating func decide(_ message: Message) throws {
            let body = try JSONParser.parse(message.body)
            let version = body["order_version"]?.int
            guard message.type == "promo.redeem" else {
                if let use = live, version.map({ use.version < $0 }) ?? true { live = nil }
                return
            }
            if let use = live {
                live = (use.redemption, max(use.version, version ?? 0))
            } else if isUsedUp {
                let reason = FieldError(pointer: "/promo_code", code: "max_uses_reached", detail: "All are used.")
                toOrder.append(.promoRejected([reason], cause: message.id))
                return
            } else {
                live = (.new(at: Sample.now), version ?? 0)
            }
            guard let use = live else { return }
            let event = Event(
                id: .new(at: Sample.now), type: "promo.redeemed", tenant: "default", subject: "SUMMER20", sequence: 1,
                time: Sample.now, actor: .system, body: Array("{}".utf8), causationID: message.id)
            toOrder.append(
                .promoRedeemed(
                    PromoGrant(
                        redemptionID: use.redemption, orderID: try body.id("order_id"), code: "SUMMER20",
                        discounts: ["prod_123": Money(minor: 30_000, .uah)], shippingDiscount: .zero(.uah),
                        event: event)))
        }

        /// - Returns: Whether anything was on its way.
        mutating func deliver() throws -> Bool {
            let place = Int.random(in: 0..<max(1, toPromo.count + toOrder.count), using: &random)
            if place < toPromo.count {
                try decide(toPromo.remove(at: place))
            } else if place - toPromo.count < toOrder.count {
                tell(toOrder.remove(at: place - toPromo.count))
            } else {
                return false
            }
            return true
        }

        mutating func step() throws {
            let customer = Actor(.customer, id: Sample.customer)
            switch Int.random(in: 0..<40, using: &random) {
            case 0..<12: tell(.applyPromo(code: "SUMMER20"), by: customer)
            case 12..<15: tell(.forward(as: "payment.open"), by: customer)
            case 15..<18 where isTimerSet:
                isTimerSet = false
                tell(.applicationTimedOut)
            case 18: tell(.stock(.reserved, reason: nil))
            case 19: isUsedUp.toggle()
            case 20: tell(Self.payment(.created(expiresAt: Sample.now), sequence: 1))
            case 21: tell(Self.payment(.failed(.failed), sequence: 2))
            case 22: tell(.cancel(reason: nil), by: customer)
            default: _ = try deliver()
            }
        }

        private static func payment(_ kind: PaymentNews.Kind, sequence: Int64) -> OrderCommand {
            .payment(
                PaymentNews(
                    id: Sample.payment, kind: kind, event: Sample.event("payment.x", sequence: sequence)))
        }
    }

    @Test(arguments: 0..<400) func nothingIsHalfDone(seed: UInt64) throws {
        var world = World(random: SeededNumbers(state: seed))
        for _ in 0..<40 {
            try world.step()
            let order = try #require(world.order)
            #expect((order.promoCode == nil) == order.discount.isZero)
            #expect((order.redemptionID == nil) == (order.promoCode == nil))
            if order.applying != nil {
                #expect(order.refusalOfPromoCodes == nil)
                #expect(order.promoCode == nil)
                #expect(world.isTimerSet)
            }
        }
        while try world.deliver() {}
        let order = try #require(world.order)
        #expect(order.applying == nil)
        #expect(!world.isTimerSet)
        #expect(Set(world.answered.keys) == world.waiting)
        #expect(world.answered.values.allSatisfy { $0 == 1 })
        let isHeld = order.promoCode != nil && order.status != .cancelled
        #expect((world.live != nil) == isHeld, "live: \(world.live as Any), held: \(isHeld)")
        if isHeld { #expect(world.live?.redemption == order.redemptionID) }
    }
}
