import Contracts
import CurlHTTP
import TestSupport
import Testing

/// One order from the cart to the customer's door, through all workers, over public interfaces only.
@Suite("Demo path", .keepsFleetLogs, .timeLimit(.minutes(3))) struct DemoPathTests {
    @Test func fromTheCartToTheDoor() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "demo")
        try await shop.makeSummer20(tenant: "demo")
        let order = try await shopper.make(
            "/api/v1/orders", Shopper.body(promoCode: "summer20"), "demo-order", shopper.customer)
        let path = "/api/v1/orders/\(order.id)"
        #expect(order.json["status"]?.string == "pending")
        #expect(order.json["promo_code"]?.string == "SUMMER20")
        #expect(order.json["subtotal"]?.string == "1500.00")
        #expect(order.json["discount"]?.string == "300.00")
        let shipping = try Money(text: order.json["shipping_cost"]?.string ?? "", .uah)
        #expect(!shipping.isZero)
        let total = try Money(text: order.json["total"]?.string ?? "", .uah)
        #expect(total == (try Money(text: "1200.00", .uah)) + shipping)

        let payment = try await shopper.make(
            "/api/v1/payments/create", #"{"order_id":"\#(order.id)"}"#, "demo-payment", shopper.customer)
        #expect(payment.json["status"]?.string == "pending")
        #expect(payment.json["amount"]?.string == total.description)
        #expect(payment.json["provider"]?.string == "liqpay")
        try await shopper.pay(try #require(payment.json["next_action"]?["url"]?.string))
        try await shopper.wait(path, "status", ["confirmed"], shopper.customer)
        let state = try await shopper.customer.get("/api/v1/payments/\(payment.id)/status")
        #expect(state.json?["status"]?.string == "completed")

        try await invoice(path, shopper)
        let shipment = try await shopper.make(
            "/api/v1/shipments", #"{"order_id":"\#(order.id)"}"#, "demo-shipment", shopper.staff)
        try await shopper.wait(path, "status", ["delivered"], shopper.customer)
        let track = try await shopper.customer.get("/api/v1/shipments/\(shipment.id)/track")
        #expect(track.status == 200)
        #expect(track.json?["status"]?.string == "delivered")

        let done = try #require(try await shopper.customer.get(path).json)
        #expect(done["payment_status"]?.string == "paid")
        #expect(done["fulfilment_status"]?.string == "delivered")
        #expect(done["amount_paid"]?.string == total.description)
        #expect(done["payment_id"]?.string == payment.id)
        try await timeline(path, shopper)
    }

    private func invoice(_ path: String, _ shopper: Shopper) async throws {
        let isIssued = try await eventually(within: .seconds(20)) {
            try await shopper.customer.get("\(path)/invoice").status == 200
        }
        #expect(isIssued)
        let document = try await shopper.customer.get("\(path)/invoice", headers: ["Accept": "application/pdf"])
        #expect(document.headers["Content-Type"] == "application/pdf")
        #expect(document.body.starts(with: "%PDF-".utf8))
        let again = try await shopper.customer.get("\(path)/invoice", headers: ["Accept": "application/pdf"])
        #expect(again.body == document.body, "the same bytes each time")
    }

    private func timeline(_ path: String, _ shopper: Shopper) async throws {
        let awaited: Set<String> = [
            "order.created", "promo.redeemed", "payment.created", "payment.completed", "order.confirmed",
            "invoice.issued", "shipment.created", "order.processing", "order.shipped", "shipment.updated",
            "order.delivered",
        ]
        var types: [String] = []
        let isComplete = try await eventually(within: .seconds(20)) {
            let answer = try await shopper.customer.get("\(path)/timeline")
            types = answer.json?["data"]?.array?.compactMap { $0["type"]?.string } ?? []
            return awaited.isSubset(of: types)
        }
        #expect(isComplete, "missing: \(awaited.subtracting(types))")
    }

    /// The two calls of the README, byte for byte.
    @Test func theExamples() async throws {
        let shop = try await ShopFleet.start()
        try await shop.makeSummer20(tenant: "default")
        let order = try await shop.client().post(
            "/api/v1/orders",
            """
            {
                "items": [
                  {"product_id": "prod_123", "quantity": 2}
                ],
                "shipping_address": {
                  "city": "Kyiv",
                  "address": "Khreshchatyk 1",
                  "phone": "+380991234567"
                },
                "payment_method": "liqpay"
              }
            """)
        #expect(order.status == 201)
        #expect(order.json?["total"]?.string == "1500.00")
        #expect(order.json?["tax"]?.string == "250.00")

        var anonymous = shop.client()
        anonymous.token = nil
        let promo = try await anonymous.post(
            "/api/v1/promo/validate",
            """
            {
                "code": "SUMMER20",
                "order_total": 1500.00
              }
            """)
        #expect(promo.status == 200)
        #expect(promo.json?["valid"]?.bool == true)
        #expect(promo.json?["discount"]?.string == "300.00")
    }

    /// One code for five orders at once that may be used three times: three orders, two refusals.
    @Test func limitOfACode() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "limits")
        let code = "FEW-\(UInt16.random(in: .min ... .max))"
        let made = try await shopper.staff.post(
            "/api/v1/promo",
            """
            {"code":"\(code)","type":"fixed","value":"10","currency":"UAH","max_uses":3,\
            "valid_from":"2025-06-01T00:00:00Z","valid_until":"2125-06-01T00:00:00Z"}
            """)
        #expect(made.status == 201, "\(made.text)")
        let answers = await withTaskGroup(of: FleetClient.Answer?.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    try? await shopper.customer.post(
                        "/api/v1/orders", Shopper.body(promoCode: code), headers: ["Prefer": "wait=10"])
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0?.status == 201 } == 3)
        let refused = answers.compactMap { $0 }.filter { $0.status == 422 }
        #expect(refused.count == 2)
        #expect(refused.allSatisfy { $0.problem == "promo_not_eligible" })
    }

    @Test func aPaymentOfAStrangersOrder() async throws {
        let shop = try await ShopFleet.start()
        let order = try #require(try await shop.client().post("/api/v1/orders", OrderBody.simple()).json?["id"]?.string)
        let stranger = try await shop.client(subject: "cust_43").post(
            "/api/v1/payments/create", #"{"order_id":"\#(order)"}"#)
        #expect(stranger.status == 404)
    }
}

extension ShopFleet {
    func shopper(tenant: String) -> Shopper { Shopper(fleet, gateway, sandbox: sandbox, tenant: tenant) }

    /// The promo code of the examples; it may be there already.
    func makeSummer20(tenant: String) async throws {
        let answer = try await client(role: "admin", subject: "seed", tenant: tenant).post(
            "/api/v1/promo",
            """
            {"code":"SUMMER20","type":"percentage","value":"20",\
            "valid_from":"2025-06-01T00:00:00Z","valid_until":"2125-06-01T00:00:00Z"}
            """)
        #expect(answer.status == 201 || answer.problem == "code_taken", "\(answer.text)")
    }
}
