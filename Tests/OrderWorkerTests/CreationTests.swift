import Contracts
import Testing
import Worker

@testable import OrderWorker

/// How an order comes into being, and how it does not: what the catalogue, the carrier and the promo code say.
@Suite struct CreationTests {
    private static let rules = OrderRules.test

    private static func product(_ id: String, _ price: Int64 = 75_000, _ currency: Currency = .uah) -> Product {
        Product(
            id: id, sku: "S-\(id)", name: id, price: Money(minor: price, currency), categories: [], weightGrams: 300,
            taxRate: nil)
    }

    private static func request(
        _ items: [(String, Int64)], delivery: Bool = false, promoCode: String? = nil
    ) -> OrderRequest {
        OrderRequest(
            items: items.enumerated().map {
                .init(productID: $1.0, quantity: $1.1, index: $0)
            },
            shippingAddress: Sample.address, billingAddress: nil, paymentMethod: .liqpay, currency: nil,
            promoCode: promoCode,
            delivery: delivery
                ? Order.Delivery(carrier: .novaposhta, service: .courier, cityRef: nil, branchRef: nil) : nil,
            notes: nil, customerID: Sample.customer, reference: "R-1")
    }

    private static func create(
        _ request: OrderRequest, _ products: [Product] = [product("a"), product("b")],
        context: DecisionContext = Sample.context()
    ) -> (state: OrderState?, decision: Decision<OrderChange>) {
        rules.run(
            .create(
                .new(at: Sample.now), request,
                products: Dictionary(uniqueKeysWithValues: products.map { ($0.id, $0) })), nil, context)
    }

    private static func problem(_ answer: Decision<OrderChange>.Answer?) -> Problem? {
        guard case .refusal(let problem)? = answer else { return nil }
        return problem
    }

    private static func grant(_ order: Identifier) -> PromoGrant {
        var event = Sample.event("promo.redeemed")
        event = Event(
            id: event.id, type: event.type, tenant: event.tenant, subject: "SUMMER20", sequence: 1, time: event.time,
            actor: event.actor, body: JSONWriter.object { $0.member("order_id", order) })
        return PromoGrant(
            redemptionID: .new(at: Sample.now), orderID: order, code: "SUMMER20", discounts: [:],
            shippingDiscount: .zero(.uah), event: event)
    }

    // MARK: Catalogue

    @Test func everyUnknownProductIsNamed() {
        let (state, decision) = Self.create(Self.request([("a", 1), ("x", 1), ("b", 1), ("y", 2)]))
        let problem = Self.problem(decision.answer)
        #expect(state == nil)
        #expect(problem?.code == .productNotFound)
        #expect(problem?.errors.map(\.pointer) == ["/items/1/product_id", "/items/3/product_id"])
    }

    @Test func everyForeignPriceIsNamed() throws {
        let euro = try #require(Currency("EUR"))
        let products = [Self.product("a"), Self.product("b", 100, euro), Self.product("c", 100, euro)]
        let problem = Self.problem(Self.create(Self.request([("a", 1), ("b", 1), ("c", 1)]), products).decision.answer)
        #expect(problem?.code == .currencyMismatch)
        #expect(problem?.errors.map(\.pointer) == ["/items/1/product_id", "/items/2/product_id"])
    }

    /// What the contract cannot carry is refused, not computed.
    @Test(arguments: [(Int64.max / 2, Int64(10_000)), (999_999_999_999_999, 10_000), (500_000_000_000_001, 1)])
    func tooMuch(price: Int64, quantity: Int64) {
        let problem = Self.problem(
            Self.create(
                Self.request([("a", quantity), ("b", quantity)]), [Self.product("a", 1), Self.product("b", price)]
            )
            .decision.answer)
        #expect(problem?.code == .amountOutOfRange)
        #expect(problem?.errors.map(\.pointer) == ["/items/1/product_id"])
    }

    // MARK: Helpers

    @Test func theCarrierDoesNotDeliverThere() {
        let context = Sample.context()
        let (draft, first) = Self.create(
            Self.request([("a", 1)], delivery: true, promoCode: "SUMMER20"), context: context)
        #expect(first.answer == .later)
        #expect(first.sends.map(\.type) == ["shipment.quote"], "nothing is redeemed for an order that cannot be sent")
        let quote = DeliveryQuote(price: nil, source: nil, estimatedDate: nil, refusal: .addressNotServed)
        let (state, decision) = Self.rules.run(.quoted(quote), draft)
        #expect(state == .abandoned)
        #expect(decision.resolutions.map(\.0) == [context.message.id])
        #expect(Self.problem(decision.resolutions.first?.1)?.code == .addressNotServed)
        #expect(decision.sends.isEmpty)
        // A price that comes after all makes no order.
        let late = DeliveryQuote(price: Money(minor: 9_500, .uah), source: "carrier", estimatedDate: nil, refusal: nil)
        #expect(Self.rules.run(.quoted(late), state).decision.changes.isEmpty)
    }

    @Test func theCodeIsRefused() {
        let draft = Self.create(Self.request([("a", 1)], promoCode: "SUMMER20")).state
        let (state, decision) = Self.rules.run(
            .promoRejected([FieldError(pointer: "/promo_code", code: "expired", detail: "Is over.")], cause: nil), draft
        )
        #expect(state == .abandoned)
        #expect(Self.problem(decision.resolutions.first?.1)?.code == .promoNotEligible)
        #expect(Self.problem(decision.resolutions.first?.1)?.errors.map(\.code) == ["expired"])
    }

    /// Nobody answers for eleven minutes: the draft is given up, and a use that is taken after that is given back.
    @Test func theHelpersAreSilent() throws {
        let draft = Self.create(Self.request([("a", 1)], promoCode: "SUMMER20")).state
        let (state, decision) = Self.rules.run(.draftTimedOut, draft)
        #expect(state == .abandoned)
        #expect(Self.problem(decision.resolutions.first?.1)?.code == .unavailable)
        #expect(decision.sends.map(\.type) == ["promo.release"], "it may have been redeemed without our knowledge")
        guard case .draft(let waiting)? = draft else {
            Issue.record("no draft")
            return
        }
        let grant = Self.grant(waiting.order.id)
        var message = Sample.message("promo.redeemed", actor: .system)
        message.body = grant.event.body
        let (after, late) = Self.rules.run(.promoRedeemed(grant), state, Sample.context(message))
        #expect(after == .abandoned)
        let release = try #require(late.sends.first)
        #expect(release.type == "promo.release")
        let body = try JSONParser.parse(release.body)
        #expect(body["order_id"]?.string == waiting.order.id.description)
        #expect(body["code"]?.string == "SUMMER20")
    }

    /// A draft is nobody's order: what is asked of it does not exist, and news of it waits for the order.
    @Test func draftsAreNoOrders() {
        let draft = Self.create(Self.request([("a", 1)], promoCode: "SUMMER20")).state
        for command in [
            OrderCommand.cancel(reason: nil), .setStatus(.cancelled, reason: nil), .forward(as: "payment.open"),
        ] {
            let decision = Self.rules.decide(command, draft, Sample.context(by: Actor(.admin, id: "a")))
            #expect(decision.answer == .refusal(.notFound("order")))
        }
    }

    @Test func aRepeatedAnswerMakesNoSecondOrder() {
        let draft = Self.create(Self.request([("a", 1)], promoCode: "SUMMER20")).state
        guard case .draft(let waiting)? = draft else {
            Issue.record("no draft")
            return
        }
        let grant = Self.grant(waiting.order.id)
        let (made, first) = Self.rules.run(.promoRedeemed(grant), draft)
        #expect(made?.order?.status == .pending)
        #expect(first.resolutions.map(\.1) == [.resource(status: 201)])
        let (again, second) = Self.rules.run(.promoRedeemed(grant), made)
        #expect(again?.order?.version == made?.order?.version)
        #expect(second.resolutions.isEmpty)
        #expect(Self.rules.run(.draftTimedOut, made).decision.changes.isEmpty)
    }
}
