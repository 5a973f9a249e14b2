import Contracts
import CurlHTTP
import Postgres
import TestSupport
import Testing

/// Orders that do not come into being: the answer says why, and nothing half made is left.
@Suite("Orders that fail", .keepsFleetLogs, .timeLimit(.minutes(3))) struct CreationFailureTests {
    private static let wait: HTTPHeaders = ["Prefer": "wait=10"]

    private func count(_ table: String, _ tenant: String, _ shop: ShopFleet) async throws -> Int64 {
        try await shop.fleet.query("SELECT count(*) FROM \(table) WHERE tenant_id = $1", [.text(tenant)]) {
            try $0.only().int64(0)
        }
    }

    @Test func everyFaultIsNamed() async throws {
        let shop = try await ShopFleet.start()
        let customer = shop.client(tenant: "faults")
        let address = #""shipping_address":{"city":"Київ","address":"Хрещатик 1","phone":"+380671112233"}"#
        func post(_ items: String, _ more: String = "") async throws -> FleetClient.Answer {
            try await customer.post(
                "/api/v1/orders", #"{"items":\#(items),\#(address),"payment_method":"liqpay"\#(more)}"#,
                headers: Self.wait)
        }
        func pointers(_ answer: FleetClient.Answer) -> [String] {
            answer.json?["errors"]?.array?.compactMap { $0["pointer"]?.string } ?? []
        }
        let unknown = try await post(
            #"[{"product_id":"no_1","quantity":1},{"product_id":"prod_123","quantity":1},{"product_id":"no_2","quantity":1}]"#
        )
        #expect(unknown.status == 422)
        #expect(unknown.problem == "product_not_found")
        #expect(pointers(unknown) == ["/items/0/product_id", "/items/2/product_id"])
        let bad = try await post(
            #"[{"product_id":"prod_123","quantity":0},{"quantity":1},{"product_id":"prod_1","quantity":10001}]"#)
        #expect(bad.problem == "validation_failed")
        #expect(pointers(bad) == ["/items/0/quantity", "/items/1/product_id", "/items/2/quantity"])
        let line = #"{"product_id":"prod_123","quantity":1}"#
        let many = try await post("[\(Array(repeating: line, count: 101).joined(separator: ","))]")
        #expect(pointers(many) == ["/items"])
        let foreign = try await post("[\(line)]", #","currency":"EUR""#)
        #expect(foreign.problem == "currency_mismatch")
        #expect(pointers(foreign) == ["/items/0/product_id"])
        #expect(try await count("oms_order.orders", "faults", shop) == 0)
    }

    /// The second order with a reference is refused at once, also when it would wait for a carrier or a code first.
    @Test func aReferenceIsTakenOnce() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "references")
        try await shop.makeSummer20(tenant: "references")
        let first = try await shopper.customer.post(
            "/api/v1/orders", OrderBody.simple(reference: "WEB-1"), headers: Self.wait)
        #expect(first.status == 201)
        for promoCode in [nil, "SUMMER20"] {
            let body = Shopper.body(promoCode: promoCode).dropLast() + #","reference":"WEB-1"}"#
            let second = try await shopper.customer.post("/api/v1/orders", String(body), headers: Self.wait)
            #expect(second.status == 409, "\(second.text)")
            #expect(second.problem == "reference_taken")
        }
        // Five at once: one order.
        let body = String(Shopper.body(promoCode: "SUMMER20").dropLast() + #","reference":"WEB-2"}"#)
        let answers = await withTaskGroup(of: FleetClient.Answer?.self) { group in
            for _ in 0..<5 {
                group.addTask { try? await shopper.customer.post("/api/v1/orders", body, headers: Self.wait) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0?.status == 201 } == 1)
        #expect(answers.count { $0?.problem == "reference_taken" } == 4, "\(answers.map { $0?.text })")
        #expect(try await count("oms_order.orders", "references", shop) == 2)
        #expect(try await count("oms_promo.redemptions", "references", shop) == 1)
    }

    @Test func nothingIsRedeemedForWhatCannotBeSent() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "not-served")
        try await shop.makeSummer20(tenant: "not-served")
        let body = """
            {"items":[{"product_id":"prod_123","quantity":2}],"promo_code":"SUMMER20","payment_method":"liqpay",\
            "delivery":{"carrier":"novaposhta","service":"courier"},\
            "shipping_address":{"city":"Атлантида","address":"Морська 1","phone":"+380671112233"}}
            """
        let answer = try await shopper.customer.post("/api/v1/orders", body, headers: Self.wait)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(answer.problem == "address_not_served")
        #expect(answer.json?["errors"]?.array?.first?["pointer"]?.string == "/delivery")
        #expect(try await count("oms_promo.redemptions", "not-served", shop) == 0)
        #expect(try await count("oms_order.orders", "not-served", shop) == 0)
    }
}
