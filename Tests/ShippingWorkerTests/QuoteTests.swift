import Connectors
import Contracts
import CurlHTTP
import Logging
import Synchronization
import TestSupport
import Testing

@testable import ShippingWorker
@testable import Worker

/// What clients may have priced, and what comes of it.
@Suite("Quotes") struct QuoteTests {
    private static let places = #"{"service":"branch","city":"Lviv","carrier":"novaposhta","weight_grams":600}"#
    private static let products = #"""
        {"service":"branch","city":"Lviv","items":[{"product_id":"p1","quantity":2},{"product_id":"p2","quantity":1}]}
        """#

    private static func wish(_ body: String) throws -> QuoteWish { try QuoteWish(Array(body.utf8)) }

    private static func problem(_ body: String) -> Problem? {
        do throws(Refusal) {
            _ = try QuoteWish(Array(body.utf8))
            return nil
        } catch {
            return error.problem
        }
    }

    private static func product(_ id: String, _ grams: Int64, _ price: Money) -> Product {
        Product(id: id, sku: id, name: id, price: price, categories: [], weightGrams: grams, taxRate: nil)
    }

    private static let catalogue = [
        "p1": product("p1", 300, Money(minor: 75_000, .uah)), "p2": product("p2", 50, Money(minor: 10_000, .uah)),
    ]

    // MARK: Reading

    @Test(arguments: [
        (#""weight_grams":600"#, QuoteWish.Goods.places([600])),
        (#""weight_grams":600,"parcels":[{"weight_grams":5},{"weight_grams":7,"length_mm":10}]"#, .places([5, 7])),
        (#""weight_grams":600,"items":[{"product_id":"p1","quantity":2}]"#, .places([600])),
        (
            #""items":[{"product_id":"p1","quantity":2},{"product_id":"p1","quantity":1}]"#,
            .products([.init(productID: "p1", quantity: 2), .init(productID: "p1", quantity: 1)])
        ),
    ]) func whatIsCarried(members: String, goods: QuoteWish.Goods) throws {
        #expect(try Self.wish(#"{"service":"courier","city":"Lviv",\#(members)}"#).goods == goods)
    }

    @Test(arguments: [
        (#"{"city":"Lviv","weight_grams":1}"#, "/service", "required"),
        (#"{"service":"branch","weight_grams":1}"#, "/city", "required"),
        (#"{"service":"branch","city":"Lviv"}"#, "/weight_grams", "required"),
        (#"{"service":"pigeon","city":"Lviv","weight_grams":1}"#, "/service", "unknown_value"),
        (#"{"service":"branch","city":"Lviv","weight_grams":0}"#, "/weight_grams", "too_small"),
        (#"{"service":"branch","city":"Lviv","weight_grams":1,"city_ref":"x"}"#, "/city_ref", "not_allowed"),
        (#"{"service":"branch","city":"Lviv","weight_grams":1,"branch_ref":"x"}"#, "/branch_ref", "not_allowed"),
        (#"{"service":"branch","city":"Lviv","parcels":[{}]}"#, "/parcels/0/weight_grams", "required"),
        (#"{"service":"branch","city":"Lviv","items":[]}"#, "/items", "too_few_items"),
        (
            #"{"service":"branch","city":"Lviv","items":[{"product_id":"a b","quantity":1}]}"#, "/items/0/product_id",
            "invalid_format"
        ),
        (
            #"{"service":"branch","city":"Lviv","weight_grams":1,"declared_value":"1.005"}"#, "/declared_value",
            "too_many_digits"
        ),
        (#"{"service":"branch","city":"Lviv","weight_grams":1,"currency":"uah"}"#, "/currency", "invalid_format"),
        ("[]", "", "invalid_type"),
    ]) func faults(body: String, pointer: String, code: String) {
        let problem = Self.problem(body)
        #expect(problem?.code == .validationFailed)
        #expect(
            problem?.errors.contains { $0.pointer == pointer && $0.code == code } == true, "\(problem?.errors ?? [])")
    }

    @Test func whatIsNoJSON() { #expect(Self.problem("[1")?.code == .malformedJSON) }

    // MARK: Whom to ask

    private static func plan(
        _ body: String, _ enabled: Set<Carrier> = [.novaposhta, .ukrposhta], _ products: [String: Product] = [:]
    ) throws -> QuotePlan {
        try QuotePlan(try wish(body), products, ShippingPolicy(enabled: enabled))
    }

    @Test func everyEnabledCarrierThatServes() throws {
        let open = #"{"service":"branch","city":"Lviv","parcels":[{"weight_grams":500},{"weight_grams":700}]}"#
        #expect(try Self.plan(open).consignments.map(\.carrier) == [.novaposhta, .ukrposhta])
        #expect(try Self.plan(open).consignments.map(\.weightGrams) == [1200, 1200])
        #expect(try Self.plan(open).consignments.map(\.places) == [2, 2])
        let locker = open.replacing("branch", with: "locker")
        #expect(try Self.plan(locker).consignments.map(\.carrier) == [.novaposhta])
        let heavy = open.replacing("700", with: "30001")
        #expect(try Self.plan(heavy).consignments.map(\.carrier) == [.novaposhta])
        #expect(try Self.plan(open, []).consignments.isEmpty)
        let dollars = open.replacing("{\"service\"", with: "{\"currency\":\"USD\",\"service\"")
        #expect(try Self.plan(dollars).consignments.isEmpty)
    }

    @Test(arguments: [
        (#"{"service":"branch","city":"Lviv","weight_grams":1,"carrier":"meest"}"#, ProblemCode.carrierNotEnabled),
        (#"{"service":"branch","city":"Lviv","weight_grams":1,"carrier":"justin"}"#, .carrierNotEnabled),
        (#"{"service":"locker","city":"Lviv","weight_grams":1,"carrier":"ukrposhta"}"#, .serviceNotSupported),
        (#"{"service":"branch","city":"Lviv","weight_grams":30001,"carrier":"ukrposhta"}"#, .serviceNotSupported),
        (
            #"{"service":"branch","city":"Lviv","weight_grams":1,"carrier":"novaposhta","currency":"USD"}"#,
            .serviceNotSupported
        ),
    ]) func aNamedCarrierThatCannot(body: String, code: ProblemCode) {
        let refusal = #expect(throws: Refusal.self) { try Self.plan(body) }
        #expect(refusal?.problem.code == code)
    }

    @Test func weightAndValueOfTheCatalogue() throws {
        let first = try #require(try Self.plan(Self.products, [.novaposhta], Self.catalogue).consignments.first)
        #expect(first.weightGrams == 650)
        #expect(first.declaredValue == Money(minor: 160_000, .uah))
        let insured = Self.products.replacing("\"city\"", with: "\"declared_value\":\"5.00\",\"city\"")
        let second = try #require(try Self.plan(insured, [.novaposhta], Self.catalogue).consignments.first)
        #expect(second.declaredValue == Money(minor: 500, .uah))
    }

    @Test func whatIsNotInTheCatalogue() throws {
        let absent = #expect(throws: Refusal.self) { try Self.plan(Self.products, [.novaposhta], [:]) }
        #expect(absent?.problem.code == .productNotFound)
        #expect(absent?.problem.errors.map(\.pointer) == ["/items/0/product_id", "/items/1/product_id"])
        var foreign = Self.catalogue
        foreign["p2"] = Self.product("p2", 50, Money(minor: 100, try #require(Currency("USD"))))
        let mixed = #expect(throws: Refusal.self) { try Self.plan(Self.products, [.novaposhta], foreign) }
        #expect(mixed?.problem.code == .currencyMismatch)
        #expect(mixed?.problem.errors.map(\.pointer) == ["/items/1/product_id"])
    }

    // MARK: The answer

    /// Core as one answer.
    private struct Core: HTTPSending {
        let status: Int
        var body = ""

        func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
            HTTPResponse(status: status, body: Array(body.utf8))
        }
    }

    private static let core = Core(
        status: 200,
        body: #"""
            {"data":[{"id":"p1","sku":"A","name":"A","price":"750.00","currency":"UAH","categories":[],"weight_grams":300},
            {"id":"p2","sku":"B","name":"B","price":"100.00","currency":"UAH","categories":[],"weight_grams":50}]}
            """#)

    private static func ask(
        _ body: String, _ connectors: [Carrier: any CarrierConnector], core: Core = core,
        patience: Duration = .seconds(20)
    ) async throws -> Reply {
        let logger = Logger(label: "tests")
        let desk = QuoteDesk(
            policy: ShippingPolicy(enabled: Set(connectors.keys)),
            prices: CarrierPrices(connectors: connectors, logger: logger, patience: patience),
            catalogue: CatalogueClient(
                url: "http://core", services: ShopServices(http: core, secret: nil), logger: logger))
        let inquiry = Message(
            id: .new(), type: "shipment.quotes", tenant: "default", actor: Actor(.customer, id: "c"),
            body: Array(body.utf8))
        switch desk.begin(inquiry) {
        case .known(let reply): return reply
        case .asking(let ask):
            let plan = await ask()
            #expect(plan.statements.isEmpty, "a price changes nothing")
            return try #require(try QueryPlan.answer([plan]) { _ in [] }.first)
        }
    }

    private static func quotes(_ reply: Reply) throws -> [String] {
        try JSONParser.parse(reply.body).list("data").map {
            "\(try $0.text("carrier")) \(try $0.text("price")) \(try $0.text("source"))"
        }
    }

    @Test func theCheapestFirst() async throws {
        let reply = try await Self.ask(
            Self.products,
            [
                .novaposhta: PlayedCarrier(.price(9500)), .ukrposhta: PlayedCarrier(.price(4000)),
                .meest: PlayedCarrier(.away),
            ])
        #expect(reply.status == 200)
        #expect(
            try Self.quotes(reply) == ["ukrposhta 40.00 carrier", "meest 80.00 tariff", "novaposhta 95.00 carrier"])
        let first = try #require(try JSONParser.parse(reply.body).list("data").first)
        #expect(first["currency"]?.string == "UAH")
        #expect(first["service"]?.string == "branch")
        #expect(first["estimated_delivery_date"]?.string == "2025-09-17")
    }

    @Test func aSilentCarrierIsPricedFromTheTable() async throws {
        let started = ContinuousClock.now
        let silent = PlayedCarrier(.silent)
        let reply = try await Self.ask(Self.places, [.novaposhta: silent], patience: .milliseconds(100))
        #expect(try Self.quotes(reply) == ["novaposhta 80.00 tariff"])
        #expect(try await eventually { silent.asked == ["novaposhta 600"] })
        #expect(ContinuousClock.now - started < .seconds(30))
    }

    @Test func carriersThatDoNotDeliverThere() async throws {
        let refusing = PlayedCarrier(.refused(.addressNotServed))
        let named = try await Self.ask(Self.places, [.novaposhta: refusing])
        #expect(named.status == 422)
        #expect(try JSONParser.parse(named.body)["code"]?.string == "address_not_served")
        let all = try await Self.ask(
            Self.products, [.novaposhta: refusing, .meest: PlayedCarrier(.price(5000))])
        #expect(try Self.quotes(all) == ["meest 50.00 carrier"])
        #expect(try Self.quotes(try await Self.ask(Self.products, [.novaposhta: refusing])).isEmpty)
    }

    @Test func theCatalogueIsAskedForProductsOnly() async throws {
        let away = Core(status: 503)
        let carrier = PlayedCarrier()
        let reply = try await Self.ask(Self.products, [.novaposhta: carrier], core: away)
        #expect(reply.status == 503)
        #expect(reply.headers["Retry-After"] != nil)
        #expect(try JSONParser.parse(reply.body)["code"]?.string == "catalogue_unavailable")
        #expect(carrier.asked.isEmpty)
        #expect(try await Self.ask(Self.places, [.novaposhta: carrier], core: away).status == 200)
        let empty = try await Self.ask(
            Self.products, [.novaposhta: carrier], core: Core(status: 200, body: #"{"data":[]}"#))
        #expect(try JSONParser.parse(empty.body)["code"]?.string == "product_not_found")
    }
}
