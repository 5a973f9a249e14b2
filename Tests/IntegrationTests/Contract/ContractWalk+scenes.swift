import Contracts
import Crypto
import CurlHTTP
import Foundation
import TestSupport
import Testing

/// What depends on the operation.
extension ContractWalk {
    private func id(of answer: FleetClient.Answer) throws -> String {
        try #require(answer.json?["id"]?.string, "\(answer.status) \(answer.text)")
    }

    /// Reads a resource, and once more with its ETag. News of other workers may make a new version between the two.
    private func readTwice(_ operation: String, _ id: String, headers: HTTPHeaders = [:]) async throws {
        let isUnchanged = try await eventually {
            let answer = try await call(operation, nil, ["id": id], headers: headers)
            #expect(answer.status == 200, "\(operation)")
            var again = headers
            let tag: String = try #require(answer.headers["ETag"])
            again["If-None-Match"] = tag
            return try await call(operation, nil, ["id": id], headers: again).status == 304
        }
        #expect(isUnchanged, "\(operation)")
    }

    /// Lists what belongs to an order of `cust_42`: it is there for the customer and not for others.
    private func list(_ operation: String, of order: String, _ filters: String) async throws {
        let query = "?order_id=\(order)&\(filters)"
        for client in [client(), client("customer")] {
            let page = try await call(operation, client, query: query)
            #expect(page.status == 200, "\(page.text)")
            #expect(page.json?["data"]?.array?.map { $0["order_id"]?.string } == [order])
            #expect(try await call(operation, client, query: "?limit=1").status == 200)
        }
        for client in [client(tenant: "strangers"), shop.client(subject: "cust_43", tenant: Self.tenant)] {
            #expect(try await call(operation, client, query: query).json?["data"] == .array([]))
        }
        for query in ["?limit=0", "?cursor=abc", "?status=lost", "?order_id=1", "?order_id=\(order)&order_id=\(order)"]
        {
            #expect(try await call(operation, query: query).status == 400)
        }
    }

    func orders() async throws {
        let customer = client("customer")
        let reference = "walk-\(UInt32.random(in: .min ... .max))"
        let order = try id(of: await call("createOrder", customer, body: OrderBody.simple(reference: reference)))
        #expect(try await call("createOrder", customer, body: OrderBody.simple(reference: reference)).status == 409)
        #expect(try await call("createOrder", customer, body: OrderBody.simple(product: "prod_x")).status == 422)
        let foreign = OrderBody.simple().replacing("{\"items\"", with: #"{"customer_id":"cust_43","items""#)
        #expect(try await call("createOrder", customer, body: foreign).status == 403)
        try await readTwice("getOrder", order)
        for query in ["", "?limit=1", "?status=pending,confirmed&sort=created_at", "?reference=\(reference)"] {
            #expect(try await call("listOrders", customer, query: query).status == 200)
        }
        #expect(try await call("listOrders", customer, query: "?customer_id=cust_43").status == 403)
        let filters = "?payment_status=unpaid,pending&fulfilment_status=unfulfilled&promo_code=summer20"
        #expect(try await call("listOrders", customer, query: filters).status == 200)
        for query in ["?limit=0", "?cursor=abc", "?status=lost", "?limit=1&limit=2"] {
            #expect(try await call("listOrders", customer, query: query).status == 400)
        }
        #expect(try await call("getOrderTimeline", customer, ["id": order], query: "?limit=1").status == 200)
        for query in ["?as_of=2999-01-01T00:00:00Z", "?limit=101", "?cursor=abc", "?as_of=yesterday"] {
            #expect(try await call("getOrderTimeline", customer, ["id": order], query: query).status == 400)
        }
        let before = "?as_of=2020-01-01T00:00:00Z"
        #expect(try await call("getOrderTimeline", customer, ["id": order], query: before).status == 404)
        #expect(try await call("getOrderInvoice", customer, ["id": order]).status == 409)
        let accept: HTTPHeaders = ["Accept": "text/html"]
        #expect(try await call("getOrderInvoice", customer, ["id": order], headers: accept).status == 406)
        #expect(try await call("createShipment", body: #"{"order_id":"\#(order)"}"#).status == 409)
    }

    func paymentsAndInvoice() async throws {
        let customer = client("customer")
        let order = try id(of: await call("createOrder", customer, body: OrderBody.simple()))
        let body = #"{"order_id":"\#(order)"}"#
        #expect(
            try await call("createPayment", customer, body: Contract.body(of: try Self.operation("createPayment")))
                .status == 404)
        let much = #"{"order_id":"\#(order)","amount":"99999.00"}"#
        #expect(try await call("createPayment", customer, body: much).status == 422)
        let created = try await call("createPayment", customer, body: body)
        #expect(created.status == 201)
        let payment = try id(of: created)
        #expect(try await call("createPayment", customer, body: body).status == 200)
        #expect(try await call("refundPayment", nil, ["id": payment]).status == 409, "no money was taken")
        try await readTwice("getPayment", payment)
        try await readTwice("getPaymentStatus", payment)
        try await list("listPayments", of: order, "status=pending,processing&provider=liqpay&needs_review=false")
        try await shopper.pay(try #require(created.json?["next_action"]?["url"]?.string))
        try await shopper.wait("/api/v1/orders/\(order)", "status", ["confirmed"], customer)
        #expect(try await call("createPayment", customer, body: body).status == 409)
        try await refunds(payment)
        #expect(
            try await eventually(within: .seconds(20)) {
                try await self.call("getOrderInvoice", customer, ["id": order]).status == 200
            })
        for type in ["application/pdf", "application/json"] {
            try await readTwice("getOrderInvoice", order, headers: ["Accept": type])
        }
        try await readTwice("getOrder", order)
        #expect(try await call("getOrderTimeline", customer, ["id": order]).status == 200)
    }

    private func refunds(_ payment: String) async throws {
        let path = ["id": payment]
        #expect(try await call("refundPayment", nil, path, body: #"{"amount":"99999.00"}"#).status == 422)
        let stale: HTTPHeaders = ["If-Match": "\"999\""]
        #expect(try await call("refundPayment", nil, path, headers: stale).status == 412)
        let refund = try await call(
            "refundPayment", nil, path, body: #"{"amount":"10.00","reason":"customer_request"}"#,
            headers: ["Prefer": "wait=10"])
        #expect(refund.status == 201, "\(refund.text)")
        // The provider's answer makes a new version.
        try await shopper.wait("/api/v1/payments/\(payment)", "status", ["partially_refunded"], shopper.customer)
        try await readTwice("getPayment", payment)
    }

    func shipments() async throws {
        let purchase = try await Purchases.shared.one(shop)
        let staff = client("staff", tenant: Purchases.tenant)
        let order = try id(of: await call("createOrder", client("customer"), body: Shopper.body(promoCode: nil)))
        #expect(try await call("createShipment").status == 404, "an order that there is not")
        let unknown = #"{"order_id":"\#(order)","carrier":"pigeon"}"#
        #expect(try await call("createShipment", body: unknown).status == 422)
        let payment = try await shopper.make(
            "/api/v1/payments/create", #"{"order_id":"\#(order)"}"#, "walk-\(order)", shopper.customer)
        try await shopper.pay(try #require(payment.json["next_action"]?["url"]?.string))
        try await shopper.wait("/api/v1/orders/\(order)", "status", ["confirmed"], shopper.customer)
        let created = try await call(
            "createShipment", body: #"{"order_id":"\#(order)"}"#, headers: ["Prefer": "wait=10"])
        #expect(created.status == 201, "\(created.text)")
        let shipment = try id(of: created)
        try await shopper.wait("/api/v1/shipments/\(shipment)", "status", ["delivered"], shopper.customer)
        for operation in ["getShipment", "trackShipment"] {
            try await readTwice(operation, shipment)
            #expect(try await call(operation, staff, ["id": purchase.shipment]).status == 200)
        }
        try await readTwice("listCarriers", "")
        try await label(of: shipment)
        try await list("listShipments", of: order, "status=delivered&carrier=novaposhta&sort=created_at")
    }

    private func label(of shipment: String) async throws {
        let path = ["id": shipment]
        try await readTwice("getShipmentLabel", shipment)
        let label = try await call("getShipmentLabel", client("staff"), path, query: "?size=85x85")
        #expect(label.status == 200)
        #expect(label.headers["Content-Type"] == "application/pdf")
        #expect(label.body.starts(with: "%PDF".utf8))
        #expect(label.headers["Content-Disposition"]?.hasSuffix("-85x85.pdf\"") == true)
        #expect(try await call("getShipmentLabel", nil, path, query: "?size=a5").status == 400)
        #expect(try await call("getShipmentLabel", nil, path, headers: ["Accept": "text/html"]).status == 406)
    }

    func quotes() async throws {
        let place = #""city":"Київ","service":"branch""#
        for load in [
            #""weight_grams":600"#, #""items":[{"product_id":"prod_123","quantity":2}],"carrier":"novaposhta""#,
        ] {
            let answer = try await quote("{\(place),\(load)}", client("customer"))
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json?["data"]?.array?.map { $0["carrier"]?.string } == ["novaposhta"])
        }
        for (load, code) in [
            (#""weight_grams":0"#, "validation_failed"),
            (#""weight_grams":1,"carrier":"meest""#, "carrier_not_enabled"),
            (#""items":[{"product_id":"prod_x","quantity":1}]"#, "product_not_found"),
        ] {
            let answer = try await quote("{\(place),\(load)}", client())
            #expect(answer.status == 422)
            #expect(answer.problem == code)
        }
    }

    /// A catalogue that takes longer than two seconds is 503 for a price that nobody stores.
    private func quote(_ body: String, _ client: FleetClient) async throws -> FleetClient.Answer {
        var answer = try await call("quoteShipment", client, body: body)
        for _ in 0..<5 where answer.status == 503 { answer = try await call("quoteShipment", client, body: body) }
        return answer
    }

    func promoCodes() async throws {
        let code = "WALK-\(UInt32.random(in: .min ... .max))"
        let operation = try Self.operation("createPromo")
        let body = try #require(Contract.body(of: operation)).replacing("C-", with: "\(code)-")
        #expect(try await call("createPromo", body: body).status == 201)
        #expect(try await call("createPromo", body: body).status == 409)
        #expect(try await call("createPromo", body: "{}").status == 422)
        let word = try #require(try JSONParser.parse(body)["code"]?.string)
        for client in [client("customer"), client(), client("customer", tenant: "strangers")] {
            #expect(
                try await call("validatePromo", client, body: #"{"code":"\#(word)","order_total":50}"#).status == 200)
        }
        #expect(try await call("validatePromo", body: #"{"code":1}"#).status == 422)
        try await changes(ofCode: word)
        try await application()
    }

    private func application() async throws {
        let customer = client("customer")
        let codes = (0..<2).map { _ in "APPLY-\(UInt32.random(in: .min ... .max))" }
        for code in codes {
            let body = try #require(Contract.body(of: try Self.operation("createPromo")))
            let named = try #require(try JSONParser.parse(body)["code"]?.string)
            #expect(try await call("createPromo", body: body.replacing(named, with: code)).status == 201)
        }
        let order = try id(of: await call("createOrder", customer, body: OrderBody.simple()))
        func apply(_ code: String, _ headers: HTTPHeaders = ["Prefer": "wait=10"]) async throws -> FleetClient.Answer {
            try await call(
                "applyPromo", customer, body: #"{"code":"\#(code)","order_id":"\#(order)"}"#, headers: headers)
        }
        #expect(try await call("applyPromo").status == 404)
        #expect(try await apply("NOWHERE").status == 422)
        #expect(try await apply(codes[0], ["If-Match": "\"999\""]).status == 412)
        #expect(try await apply(codes[0]).status == 201)
        #expect(try await apply(codes[0]).status == 200)
        #expect(try await apply(codes[1]).status == 409)
    }

    private func changes(ofCode word: String) async throws {
        let path = ["code": word.lowercased()]
        let read = try await call("getPromo", nil, path)
        #expect(read.status == 200)
        let tag: String = try #require(read.headers["ETag"])
        #expect(try await call("getPromo", nil, path, headers: ["If-None-Match": tag]).status == 304)
        #expect(try await call("getPromo", client(tenant: "strangers"), path).status == 404)
        #expect(try await call("updatePromo").status == 404)
        #expect(try await call("updatePromo", client(tenant: "strangers"), path).status == 404)
        #expect(try await call("updatePromo", nil, path, body: #"{"value":"30"}"#).problem == "immutable_field")
        #expect(try await call("updatePromo", nil, path, body: "{}").problem == "validation_failed")
        #expect(try await call("updatePromo", nil, path, headers: ["If-Match": "\"999\""]).status == 412)
        let patch = #"{"active":false,"max_uses":5,"description":null}"#
        for type in ["application/merge-patch+json", "application/json"] {
            let changed = try await call("updatePromo", nil, path, body: patch, headers: ["Content-Type": type])
            #expect(changed.status == 200, "\(changed.text)")
            #expect(changed.json?["version"]?.int == 2, "the second time nothing changes")
        }
        for query in ["", "?limit=1&sort=created_at", "?active=false&type=percentage,fixed", "?code_prefix=walk-"] {
            #expect(try await call("listPromos", query: query).status == 200)
        }
        let found = try await call("listPromos", query: "?code_prefix=\(word)")
        #expect(try found.json?.list("data").map { $0["code"]?.string } == [word])
        for query in ["?active=1", "?type=gift", "?code_prefix=%20", "?created_from=2025-01-01T00:00:00Z", "?cursor=x"]
        {
            #expect(try await call("listPromos", query: query).status == 400)
        }
    }

    func callbacks() async throws {
        var provider = client()
        provider.token = nil
        let form: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
        for operation in Contract.operations where operation.path.contains("callback") {
            for (data, isSigned) in [(#"{"order_id":"nothing"}"#, true), (#"{"order_id":"nothing"}"#, false)] {
                let text = Data(data.utf8).base64EncodedString()
                let key = isSigned ? "sandbox_Kq3vN8xTz1uRw5yAe7cGh9jLm2pQs4dF" : "another"
                let digest = SHA3_256.hash(data: Data((key + text + key).utf8))
                let signature = Data(digest).base64EncodedString()
                let escaped = [text, signature].map {
                    $0.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
                }
                let answer = try await call(
                    operation, provider, body: "data=\(escaped[0])&signature=\(escaped[1])", headers: form)
                #expect(answer.status == (isSigned ? 200 : 401), "\(operation): \(answer.text)")
            }
            if operation.hasPathParameters {
                #expect(try await call(operation, provider, ["provider": "paypal"]).status == 404)
                #expect(try await call(operation, provider, ["provider": "fondy"]).status == 400, "not enabled")
            } else {
                #expect(try await call(operation, provider, body: "{}").status == 400)
            }
        }
    }

    func operations() async throws {
        let customer = client("customer")
        let accepted = try await call("createOrder", customer, headers: ["Prefer": "respond-async"])
        #expect(accepted.status == 202)
        let parameters = ["id": try id(of: accepted)]
        let done = try await call("getOperation", customer, parameters, headers: ["Prefer": "wait=10"])
        #expect(done.json?["status"]?.string == "succeeded")
        let refused = try await call("createOrder", customer, body: "{}", headers: ["Prefer": "respond-async"])
        let failed = try await call(
            "getOperation", customer, ["id": try id(of: refused)], headers: ["Prefer": "wait=10"])
        #expect(failed.json?["status"]?.string == "failed")
        let unknown = try await call("getOperation", customer, ["id": Identifier.new().description])
        #expect(unknown.json?["status"]?.string == "accepted")
    }

    func figures() async throws {
        for query in ["", "?group_by=month&top=1&time_zone=Europe/Kyiv", "?currency=JPY"] {
            #expect(try await call("getOrderAnalytics", client("staff"), query: query).status == 200)
        }
        for query in ["?group_by=year", "?top=51", "?time_zone=Nowhere", "?from=2024-01-01T00:00:00Z", "?currency=uah"]
        {
            #expect(try await call("getOrderAnalytics", client("staff"), query: query).status == 400)
        }
    }

    func service() async throws {
        for operation in ["getLiveness", "getReadiness", "getMetrics"] {
            #expect(try await call(operation).status == 200)
        }
    }

    private static func operation(_ id: String) throws -> APIOperation {
        try #require(Contract.operations.first { $0.id == id })
    }
}
