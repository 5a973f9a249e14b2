import Contracts
import Testing
import Worker

@testable import PromoWorker

@Suite("Uses of a promo code") struct PromoDeciderTests {
    private let decider = PromoDecider()
    private let key = PromoKey(tenant: "default", code: "SUMMER20")
    private let now = Timestamp.of("2025-06-01T00:00:00Z")

    private func context(_ number: UInt64) -> DecisionContext {
        DecisionContext(
            message: Message(id: Identifier(high: 0x7000, low: number), type: "promo.redeem", tenant: "default"),
            now: now)
    }

    private func order(_ number: UInt64) -> Identifier { Identifier(high: 0x7001, low: number) }

    private func redeem(_ number: UInt64, customer: String) -> PromoCommand {
        let line = Cart.Line(productID: "prod_123", quantity: 2, price: Money(minor: 75_000, .uah), categories: [])
        return .redeem(
            key, orderID: order(number), customerID: customer, Cart(lines: [line], shippingCost: .zero(.uah)))
    }

    /// Decides and applies, as the runtime does with the messages of one batch.
    private func run(_ commands: [PromoCommand], on code: PromoCode?) -> (Promo?, [PromoChange]) {
        var state = code.map { Promo(key: key, code: $0) }
        var all: [PromoChange] = []
        for (index, command) in commands.enumerated() {
            let context = context(UInt64(index))
            for change in decider.decide(command, state, context).changes {
                state = decider.evolve(state, change, context)
                all.append(change)
            }
        }
        return (state, all)
    }

    @Test func exactlyAsManyAsAreLeftSucceed() {
        var code = PromoCode.sample(.percentage(Percent(hundredths: 2000)))
        code.maxUses = 5
        code.currentUses = 2
        let (state, changes) = run((0..<10).map { redeem($0, customer: "cust_\($0)") }, on: code)
        #expect(state?.code?.currentUses == 5)
        #expect(state?.code?.version == 4)
        #expect(
            changes.map {
                if case .redeemed = $0 { true } else { false }
            } == [true, true, true] + Array(repeating: false, count: 7))
        guard case .rejected(key, orderID: order(9), let reasons) = changes[9] else {
            Issue.record("the last one should be refused")
            return
        }
        #expect(reasons.map(\.code) == [.maxUsesReached])
    }

    @Test func limitOfACustomerCountsWithinTheBatch() {
        var code = PromoCode.sample(.percentage(Percent(hundredths: 2000)))
        code.maxUsesPerCustomer = 1
        let (state, changes) = run(
            [redeem(1, customer: "a"), redeem(2, customer: "a"), redeem(3, customer: "b")], on: code)
        #expect(state?.code?.currentUses == 2)
        guard case .rejected(_, _, let reasons) = changes[1] else {
            Issue.record("the second use of a customer should be refused")
            return
        }
        #expect(reasons.map(\.code) == [.customerLimitReached])
    }

    @Test func sameOrderAgainFindsItsOwnUse() {
        var code = PromoCode.sample(.percentage(Percent(hundredths: 2000)))
        code.maxUses = 1
        let (state, changes) = run([redeem(1, customer: "a"), redeem(1, customer: "a")], on: code)
        guard case .redeemed(let first) = changes[0], case .redeemedAgain(_, let again) = changes[1] else {
            Issue.record("both should be redeemed")
            return
        }
        #expect(first == again)
        #expect(first.discount.description == "300.00")
        #expect(state?.code?.currentUses == 1)
        #expect(state?.code?.version == 2)
    }

    @Test func aReleasedUseIsFreeOnceAndForAnother() {
        var code = PromoCode.sample(.percentage(Percent(hundredths: 2000)))
        code.maxUses = 1
        code.maxUsesPerCustomer = 1
        let release = PromoCommand.release(orderID: order(1), .orderExpired)
        let (state, changes) = run(
            [redeem(1, customer: "a"), release, release, redeem(2, customer: "a")], on: code)
        #expect(changes.count == 3)
        guard case .released(let released) = changes[1], case .redeemed = changes[2] else {
            Issue.record("one release, then a use")
            return
        }
        #expect(released.releaseReason == .orderExpired)
        #expect(released.releasedAt == now)
        #expect(state?.code?.currentUses == 1)
        #expect(state?.code?.version == 4)
    }

    /// Requests and releases of one order in any order: what it asked for last stays, nothing that it gave up does.
    @Test func aReleaseLeavesLaterRequestsAlone() {
        let code = PromoCode.sample(.percentage(Percent(hundredths: 2000)))
        let cart = Cart(total: Money(minor: 100, .uah), shippingCost: .zero(.uah))
        func ask(at version: Int64) -> PromoCommand {
            .redeem(key, orderID: order(1), customerID: "a", cart, orderVersion: version)
        }
        func giveBack(before version: Int64) -> PromoCommand {
            .release(orderID: order(1), .orderNotCreated, before: version)
        }
        let runs: [([PromoCommand], Int64)] = [
            ([ask(at: 1), giveBack(before: 3)], 0), ([ask(at: 1), giveBack(before: 3), ask(at: 3)], 1),
            ([ask(at: 1), ask(at: 3), giveBack(before: 3)], 1), ([ask(at: 3), ask(at: 1), giveBack(before: 3)], 1),
            ([ask(at: 1), ask(at: 3), giveBack(before: 3), giveBack(before: 5)], 0),
            ([ask(at: 1), ask(at: 3), .release(orderID: order(1), .orderCancelled)], 0),
        ]
        for (commands, uses) in runs { #expect(run(commands, on: code).0?.code?.currentUses == uses) }
    }

    @Test func anUnknownCodeIsRejectedAndNothingIsStored() {
        let (state, changes) = run([redeem(1, customer: "a")], on: nil)
        #expect(changes == [.rejected(key, orderID: order(1), [.unknown])])
        #expect(state?.code == nil)
        #expect(state?.key == key)
        let events = PromoHandler().events(for: changes[0], Promo(key: key), context(1))
        #expect(events.map(\.type) == ["promo.rejected"])
        #expect(events.map(\.isPublic) == [false])
        #expect(
            String(decoding: events[0].body, as: UTF8.self)
                == #"{"tenant_id":"default","code":"SUMMER20","order_id":"\#(order(1))","reasons":[{"code":"unknown_code","detail":"There is no such code."}]}"#
        )
    }

    @Test func eventsAreThoseOfTheContract() throws {
        var code = PromoCode.sample(.percentage(Percent(hundredths: 2000)))
        code.maxUses = 1000
        code.currentUses = 16
        code.version = 17
        let (state, changes) = run([redeem(1, customer: "cust_42")], on: code)
        let after = try #require(state)
        let event = try #require(PromoHandler().events(for: changes[0], after, context(1)).first)
        guard case .redeemed(let redemption) = changes[0] else {
            Issue.record("should be redeemed")
            return
        }
        #expect(event.sequence == 18)
        #expect(event.subject == "SUMMER20")
        #expect(
            String(decoding: event.body, as: UTF8.self) == """
                {"tenant_id":"default","redemption_id":"\(redemption.id)","code":"SUMMER20","order_id":"\(order(1))",\
                "customer_id":"cust_42","discount":"300.00","shipping_discount":"0.00","currency":"UAH",\
                "allocations":[{"product_id":"prod_123","discount":"300.00"}],"current_uses":17,"max_uses":1000}
                """)
    }
}
