import Contracts
import Testing

@testable import PromoWorker

@Suite("Preview of a code") struct PromoQueriesTests {
    private func query(_ body: String, _ actor: Actor = .anonymous) -> Message {
        Message(
            id: Identifier(high: 0x7000, low: 1), type: "promo.validate", tenant: "default", actor: actor,
            body: Array(body.utf8), path: "/api/v1/promo/validate")
    }

    /// Answers from a warm cache, so that no statement is needed.
    private func answer(_ body: String, _ codes: [PromoCode] = []) throws -> Reply {
        let now = Timestamp.of("2025-06-01T00:00:00Z")
        let cache = PromoCodeCache()
        let kept = codes.map { (PromoKey(tenant: $0.tenant, code: $0.code), $0) }
        cache.keep(Dictionary(kept) { _, later in later }, readAt: now)
        let replies = try PromoQueries(cursors: PromoTables.cursors, cache: cache, clock: { now }).answer([query(body)])
        { statements in
            Issue.record("\(statements.count) statements were run")
            return []
        }
        return try #require(replies.first)
    }

    @Test func theContractsExample() throws {
        let reply = try answer(
            #"{"code": "Summer20", "order_total": 1500.00}"#, [.sample(.percentage(Percent(hundredths: 2000)))])
        #expect(reply.status == 200)
        #expect(
            String(decoding: reply.body, as: UTF8.self) == """
                {"code":"SUMMER20","valid":true,"type":"percentage","reasons":[],"order_total":"1500.00",\
                "shipping_cost":"0.00","discount":"300.00","shipping_discount":"0.00","total":"1200.00",\
                "currency":"UAH","allocations":[]}
                """)
    }

    @Test func reasonsComeWithNoDiscount() throws {
        var code = PromoCode.sample(.percentage(Percent(hundredths: 2000)))
        code.minOrderValue = Money(minor: 200_000, .uah)
        let reply = try answer(#"{"code": "SUMMER20", "order_total": "1500.00", "shipping_cost": "95.00"}"#, [code])
        #expect(
            String(decoding: reply.body, as: UTF8.self) == """
                {"code":"SUMMER20","valid":false,"type":"percentage","reasons":[{"code":"min_order_value_not_met",\
                "detail":"The order must come to 2000.00 UAH at least.","missing":"500.00"}],"order_total":"1500.00",\
                "shipping_cost":"95.00","discount":"0.00","shipping_discount":"0.00","total":"1595.00",\
                "currency":"UAH","allocations":[]}
                """)
    }

    @Test func aCodeThatCannotBeIsUnknown() throws {
        let reply = try answer(#"{"code": "no such \u0000 code", "order_total": "10"}"#)
        #expect(reply.status == 422)
        let other = try JSONParser.parse(try answer(#"{"code": "лiто", "order_total": "10"}"#).body)
        #expect(other["valid"] == .bool(false))
        #expect(try other.list("reasons").first?["code"]?.string == "unknown_code")
        #expect(other["type"] == nil)
    }

    @Test(arguments: [
        (#"{"order_total": "10"}"#, "/code required"), (#"{"code": "AB"}"#, "/order_total required"),
        (#"{"code": "AB", "order_total": "1e3"}"#, "/order_total invalid_format"),
        (#"{"code": "AB", "items": []}"#, "/items too_few_items"),
        (#"{"code": "AB", "items": [{"quantity": 0}]}"#, "/items/0/product_id required"),
        (
            #"{"code": "AB", "items": [{"product_id": "a", "quantity": 10000, "price": "9999999999999.00"}]}"#,
            "/items too_large"
        ),
    ])
    func tellsFaults(_ body: String, _ fault: String) throws {
        let reply = try answer(body)
        #expect(reply.status == 422)
        let told = try JSONParser.parse(reply.body).list("errors").map {
            "\($0["pointer"]?.string ?? "") \($0["code"]?.string ?? "")"
        }
        #expect(told.contains(fault))
    }

    @Test func theCatalogueIsNeededForPricesAndForCategoriesThatCount() throws {
        var code = PromoCode.sample(.percentage(Percent(hundredths: 2000)))
        let priced = #"{"code": "SUMMER20", "items": [{"product_id": "a", "quantity": 1, "price": "10.00"}]}"#
        #expect(
            try answer(#"{"code": "SUMMER20", "items": [{"product_id": "a", "quantity": 1}]}"#, [code]).status == 503)
        #expect(try answer(priced, [code]).status == 200)
        code.categories = ["audio"]
        let reply = try answer(priced, [code])
        #expect(reply.status == 503)
        #expect(reply.headers["Retry-After"] == "5")
    }

    @Test func onlyKnownPeopleCount() throws {
        let body = #"{"code": "AB", "order_total": "10", "customer_id": "cust_9"}"#
        func customer(_ actor: Actor) throws -> String? { try PromoQuote.read(query(body, actor)).get().customerID }
        #expect(try customer(.anonymous) == nil)
        #expect(try customer(Actor(.customer, id: "cust_1")) == "cust_1")
        #expect(try customer(Actor(.staff, id: "s")) == "cust_9")
    }

    @Test func entriesOfTheCacheGetOld() {
        let cache = PromoCodeCache(life: .milliseconds(250), limit: 2)
        let key = PromoKey(tenant: "default", code: "SUMMER20")
        let readAt = Timestamp(milliseconds: 1000)
        cache.keep([key: .sample(.freeShipping)], readAt: readAt)
        #expect(cache.codes([key], at: Timestamp(milliseconds: 1249)).count == 1)
        #expect(cache.codes([key], at: Timestamp(milliseconds: 1250)).isEmpty)
        #expect(cache.codes([PromoKey(tenant: "other", code: "SUMMER20")], at: readAt).isEmpty)
    }
}
