import Contracts
import Testing
import Worker

@testable import OrderWorker

/// What must hold for every order, whatever happens to it and in whatever order the news comes.
@Suite struct HistoryTests {
    /// The steps of rules.md section 4, and no others.
    private static let steps: [OrderStatus: Set<OrderStatus>] = [
        .pending: [.confirmed, .cancelled], .confirmed: [.processing, .shipped, .cancelled, .refunded],
        .processing: [.shipped, .cancelled, .refunded], .shipped: [.processing, .delivered, .refunded],
        .delivered: [.refunded], .cancelled: [.refunded], .refunded: [],
    ]

    /// The same from any seed on any machine.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }

    /// The services around one order: money and parcels that are consistent in themselves, told late and twice.
    private struct World {
        var random: Random
        let order: Order
        var taken = false
        var back = false
        var parcels: [(id: UInt64, status: ShipmentStatus, sequence: Int64)] = []
        /// News on its way.
        var mail: [OrderCommand] = []
        /// Heard already, and delivered once more now and then: what the inbox would answer is left out.
        var old: [OrderCommand] = []

        mutating func next(_ state: Order) -> (OrderCommand, Actor) {
            grow(state)
            if !mail.isEmpty, Bool.random(using: &random) {
                let news = mail.remove(at: Int.random(in: mail.indices, using: &random))
                if case .shipment = news { old.append(news) }
                if case .stock = news { old.append(news) }
                return (news, .system)
            }
            if let again = old.randomElement(using: &random), Int.random(in: 0..<4, using: &random) == 0 {
                return (again, .system)
            }
            return person(state)
        }

        private mutating func grow(_ state: Order) {
            switch Int.random(in: 0..<8, using: &random) {
            case 0 where !taken:
                taken = true
                mail.append(Sample.paid(order.total))
            case 1 where taken && !back:
                back = true
                mail.append(Sample.refunded(order.total))
            case 2 where parcels.count < 2 && state.status != .pending:
                parcels.append((UInt64(parcels.count + 1), .created, 1))
                tell(parcels.count - 1)
            case 3, 4:
                guard let index = parcels.indices.randomElement(using: &random) else { return }
                let steps: [ShipmentStatus]
                switch parcels[index].status {
                case .created: steps = [.cancelled, .inTransit, .unknown]
                case .unknown: steps = [.inTransit, .cancelled]
                case .inTransit: steps = [.delivered, .returning, .failed]
                case .failed: steps = [.delivered, .returning]
                case .returning: steps = [.returned]
                default: steps = []
                }
                guard let step = steps.randomElement(using: &random) else { return }
                parcels[index].status = step
                parcels[index].sequence += 1
                tell(index)
            case 5:
                let stock: [StockStatus] = [.reserved, .rejected, .released]
                mail.append(.stock(stock.randomElement(using: &random) ?? .reserved, reason: nil))
            default: break
            }
        }

        private mutating func tell(_ index: Int) {
            let parcel = parcels[index]
            let handedOver: Set<ShipmentStatus> = [.inTransit, .delivered, .failed, .returning, .returned]
            mail.append(
                Sample.shipment(
                    order, parcel.status, units: 1, id: parcel.id, sequence: parcel.sequence,
                    isHandedOver: handedOver.contains(parcel.status)))
        }

        private mutating func person(_ state: Order) -> (OrderCommand, Actor) {
            let actors = [
                Actor(.customer, id: Sample.customer), Actor(.staff, id: "staff_7"), Actor(.admin, id: "admin_1"),
            ]
            let actor = actors.randomElement(using: &random) ?? .system
            switch Int.random(in: 0..<6, using: &random) {
            case 0: return (.cancel(reason: nil), actor)
            case 1: return (.withdrawalRefused(state.cancelling?.id ?? .new(at: Sample.now)), .system)
            case 2: return (.expire, .system)
            default:
                return (.setStatus(OrderStatus.allCases.randomElement(using: &random) ?? .pending, reason: "x"), actor)
            }
        }
    }

    @Test(arguments: 0..<300) func everyHistoryObeysTheRules(seed: UInt64) throws {
        let rules = OrderRules.test
        let order = Sample.order()
        var world = World(random: Random(state: seed), order: order)
        var state = order
        for _ in 0..<60 {
            let (command, actor) = world.next(state)
            let context = Sample.context(by: actor, at: Sample.now.adding(.seconds(90_000)))
            let decision = rules.decide(command, .order(state), context)
            for change in decision.changes {
                let before = state
                guard case .order(let after) = rules.evolve(.order(before), change, context) else { return }
                if after.status != before.status {
                    let isStep = Self.steps[before.status]?.contains(after.status) == true
                    #expect(isStep, "\(before.status) to \(after.status) by \(command)")
                }
                if case .heard = change {
                    #expect(after.version == before.version)
                } else {
                    #expect(after.version == before.version + 1)
                }
                state = after
            }
            expectSound(state, decision)
        }
        let read = try Order(document: JSONParser.parse(state.document), memory: JSONParser.parse(state.memory))
        var stored = state
        stored.heard = []
        stored.rendered = nil
        #expect(read == stored)
    }

    private func expectSound(_ order: Order, _ decision: Decision<OrderChange>) {
        for line in order.lines {
            #expect((0...line.quantity).contains(line.shippedQuantity))
            #expect((0...line.quantity).contains(line.returnedQuantity))
        }
        if case .refusal = decision.answer { #expect(decision.changes.isEmpty) }
        if order.status == .cancelled || order.status == .refunded { #expect(order.cancelling == nil) }
        if order.cancelling != nil { #expect(order.status == .processing || order.status == .shipped) }
        #expect((order.expiresAt != nil) == (order.status == .pending))
        let isEnded = order.status == .cancelled || order.cancellation == nil || order.status == .refunded
        #expect(isEnded, "a cancelled order came to life")
    }

    // MARK: Expiry and capture at one moment

    /// The payment worker answers the order's end: money of a cancelled order goes back.
    @Test(arguments: [false, true]) func twoNamedEnds(expiresFirst: Bool) throws {
        let rules = OrderRules.test
        var order = Sample.order()
        order.expiresAt = Sample.now
        let news: [OrderCommand] =
            expiresFirst ? [.expire, Sample.paid(order.total)] : [Sample.paid(order.total), .expire]
        var state: OrderState? = .order(order)
        for command in news { state = rules.run(command, state).state }
        guard state?.order?.status == .cancelled else {
            #expect(state?.order?.status == .confirmed)
            #expect(!expiresFirst)
            return
        }
        #expect(rules.run(Sample.refunded(order.total), state).state?.order?.status == .refunded)
    }

    /// Cancelled, paid too late and paid back: whatever comes first, all money is back.
    @Test func lateMoneyInAnyOrder() {
        let order = Sample.order()
        let cancelled = OrderRules.test.run(.cancel(reason: nil), .order(order)).state
        for permutation in [Sample.paid(order.total), Sample.refunded(order.total)].permutations {
            var state = cancelled
            for command in permutation { state = OrderRules.test.run(command, state).state }
            #expect(state?.order?.status == .refunded)
            #expect(state?.order?.previousStatus == .cancelled)
        }
    }

    /// Stock, money and a waybill of everything, in any order: lost stock cancels what has no parcel under way, and the
    /// waybill that comes after that is called back.
    @Test func lostStockAndMoneyInAnyOrder() {
        let order = Sample.order()
        let news: [OrderCommand] = [
            Sample.paid(order.total), .stock(.reserved, reason: nil), .stock(.rejected, reason: nil),
            .heard(Sample.event("invoice.issued")),
        ]
        for permutation in news.permutations {
            var state: OrderState? = .order(order)
            for command in permutation { state = OrderRules.test.run(command, state).state }
            #expect(state?.order?.status == .cancelled)
            #expect(state?.order?.amountPaid == order.total)
        }
    }

    /// Two parcels of one unit each, news of both in any order that keeps each parcel's own: the order is delivered.
    @Test func partialShipmentsInAnyOrder() {
        let order = Sample.order(in: .confirmed)
        let news = [UInt64(1), 2].flatMap { id in
            [ShipmentStatus.created, .inTransit, .delivered].enumerated().map { step, status in
                Sample.shipment(
                    order, status, units: 1, id: id, sequence: Int64(step + 1), isHandedOver: status != .created)
            }
        }
        for permutation in news.permutations {
            var state: OrderState? = .order(order)
            for command in permutation { state = OrderRules.test.run(command, state).state }
            #expect(state?.order?.status == .delivered)
            #expect(state?.order?.fulfilmentStatus == .delivered)
            #expect(state?.order?.lines.map(\.shippedQuantity) == [2])
        }
    }
}
