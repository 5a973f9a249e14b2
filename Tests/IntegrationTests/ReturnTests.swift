import Contracts
import CurlHTTP
import TestSupport
import Testing

/// Goods that come back, from the request to the money, through all workers.
@Suite("Returns", .keepsFleetLogs, .timeLimit(.minutes(3))) struct ReturnTests {
    private static let wait: HTTPHeaders = ["Prefer": "wait=10"]

    /// A paid order of three units with 20 % off, delivered by the shop itself: 600.00 a unit.
    private func delivered(_ shopper: Shopper, _ key: String) async throws -> (order: String, line: String) {
        let order = try await shopper.order(key, quantity: 3, promoCode: "SUMMER20")
        _ = try await shopper.payFor(order, key)
        var document: JSON?
        for status in ["shipped", "delivered"] {
            let answer = try await shopper.staff.put(
                "/api/v1/orders/\(order)/status", #"{"status":"\#(status)"}"#, headers: Self.wait)
            #expect(answer.status == 200, "\(answer.text)")
            document = answer.json
        }
        return (order, try #require(document?["items"]?.array?.first?["id"]?.string))
    }

    private func request(_ line: String, _ quantity: Int, reason: String = "changed_mind") -> String {
        #"{"items":[{"order_item_id":"\#(line)","quantity":\#(quantity)}],"reason":"\#(reason)"}"#
    }

    @Test func fromTheRequestToTheMoney() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "returns")
        try await shop.makeSummer20(tenant: "returns")
        let (order, line) = try await delivered(shopper, "return")
        let asked = try await shopper.customer.post(
            "/api/v1/orders/\(order)/returns", request(line, 2), headers: Self.wait)
        #expect(asked.status == 201, "\(asked.text)")
        let id = try #require(asked.json?["id"]?.string)
        let path = "/api/v1/returns/\(id)"
        #expect(asked.headers["Location"] == path)
        #expect(asked.json?["status"]?.string == "requested")
        #expect(asked.json?["refund_amount"]?.string == "1200.00")
        #expect(asked.json?["allowed_transitions"]?.array?.isEmpty == true)

        let tooMany = try await shopper.customer.post(
            "/api/v1/orders/\(order)/returns", request(line, 2), headers: Self.wait)
        #expect(tooMany.problem == "quantity_exceeds_available")
        #expect(tooMany.json?["errors"]?.array?.first?["available_quantity"]?.int == 1)
        let customer = try await shopper.customer.put("\(path)/status", #"{"status":"approved"}"#)
        #expect(customer.status == 403)
        let stranger = try await shop.client(subject: "cust_43", tenant: "returns").get(path)
        #expect(stranger.status == 404)

        let approved = try await shopper.staff.put("\(path)/status", #"{"status":"approved"}"#, headers: Self.wait)
        #expect(approved.status == 200, "\(approved.text)")
        #expect(approved.json?["allowed_transitions"]?.array?.compactMap(\.string) == ["rejected", "received"])
        let stale = try await shopper.staff.put(
            "\(path)/status", #"{"status":"received"}"#, headers: ["If-Match": "\"1\"", "Prefer": "wait=10"])
        #expect(stale.status == 412)
        let received = try await shopper.staff.put(
            "\(path)/status",
            #"{"status":"received","items":[{"order_item_id":"\#(line)","quantity":1,"restock":true}]}"#,
            headers: Self.wait)
        #expect(received.status == 200, "\(received.text)")
        #expect(received.json?["refund_amount"]?.string == "600.00")
        #expect(received.json?["items"]?.array?.first?["accepted_quantity"]?.int == 1)
        #expect(received.json?["refund_ids"]?.array?.count == 1)

        try await shopper.wait(path, "status", ["refunded"], shopper.customer)
        let document = try #require(try await shopper.customer.get("/api/v1/orders/\(order)").json)
        #expect(document["status"]?.string == "delivered")
        #expect(document["payment_status"]?.string == "partially_refunded")
        #expect(document["fulfilment_status"]?.string == "partially_returned")
        #expect(document["amount_refunded"]?.string == "600.00")
        let payment = try #require(document["payment_id"]?.string)
        let refund = try await shopper.staff.get("/api/v1/payments/\(payment)").json?["refunds"]?.array?.first
        #expect(refund?["return_id"]?.string == id)
        #expect(refund?["reason"]?.string == "return")
        #expect(refund?["items"]?.array?.first?["quantity"]?.int == 1)

        let answer = try await shopper.customer.get(path)
        let again = try await shopper.customer.get(path, headers: ["If-None-Match": answer.headers["ETag"] ?? ""])
        #expect(again.status == 304)
        let isRestocked = try await eventually {
            try await shopper.journal("core").contains {
                $0["event"]?.string == "return.received" && $0["order_id"]?.string == order
            }
        }
        #expect(isRestocked)
    }

    @Test func whatCannotBeReturned() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "returns-refused")
        try await shop.makeSummer20(tenant: "returns-refused")
        let pending = try await shopper.order("refused")
        let line = try #require(
            try await shopper.customer.get("/api/v1/orders/\(pending)").json?["items"]?.array?.first?["id"]?.string)
        let early = try await shopper.customer.post(
            "/api/v1/orders/\(pending)/returns", request(line, 1), headers: Self.wait)
        #expect(early.problem == "return_not_allowed")
        let unknown = try await shopper.customer.post(
            "/api/v1/orders/\(pending)/returns", #"{"items":[],"reason":"bored"}"#, headers: Self.wait)
        #expect(unknown.problem == "validation_failed")
        #expect(
            unknown.json?["errors"]?.array?.compactMap { $0["pointer"]?.string } == ["/items", "/reason"])

        let order = try await delivered(shopper, "refused-2")
        let asked = try await shopper.customer.post(
            "/api/v1/orders/\(order.order)/returns", request(order.line, 3), headers: Self.wait)
        let path = "/api/v1/returns/\(try #require(asked.json?["id"]?.string))/status"
        let noReason = try await shopper.staff.put(path, #"{"status":"rejected"}"#, headers: Self.wait)
        #expect(noReason.problem == "reason_required")
        let word = try await shopper.staff.put(path, #"{"status":"refunded"}"#, headers: Self.wait)
        #expect(word.problem == "validation_failed")
        let early2 = try await shopper.staff.put(path, #"{"status":"received"}"#, headers: Self.wait)
        #expect(early2.problem == "invalid_transition")
        #expect(early2.json?["allowed"]?.array?.compactMap(\.string) == ["approved", "rejected"])
        let rejected = try await shopper.staff.put(
            path, #"{"status":"rejected","reason":"The seal is broken"}"#, headers: Self.wait)
        #expect(rejected.json?["decision_reason"]?.string == "The seal is broken")
        let second = try await shopper.customer.post(
            "/api/v1/orders/\(order.order)/returns", request(order.line, 3), headers: Self.wait)
        #expect(second.status == 201, "what was rejected can be asked for again")
    }

    @Test func lists() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "returns-list")
        try await shop.makeSummer20(tenant: "returns-list")
        let (order, line) = try await delivered(shopper, "list")
        var ids: [String] = []
        for _ in 0..<3 {
            let asked = try await shopper.customer.post(
                "/api/v1/orders/\(order)/returns", request(line, 1), headers: Self.wait)
            ids.append(try #require(asked.json?["id"]?.string))
        }
        let approved = try await shopper.staff.put(
            "/api/v1/returns/\(ids[0])/status", #"{"status":"approved"}"#, headers: Self.wait)
        #expect(approved.status == 200)

        func list(_ query: String, _ client: FleetClient) async throws -> JSON {
            let answer = try await client.get("/api/v1/returns\(query)")
            #expect(answer.status == 200, "\(answer.text)")
            return try #require(answer.json)
        }
        func found(_ page: JSON) -> [String] { page["data"]?.array?.compactMap { $0["id"]?.string } ?? [] }

        #expect(found(try await list("", shopper.customer)) == ids.reversed())
        #expect(found(try await list("?sort=created_at", shopper.staff)) == ids)
        #expect(found(try await list("?status=approved", shopper.staff)) == [ids[0]])
        #expect(found(try await list("?status=approved,requested&order_id=\(order)", shopper.staff)).count == 3)
        #expect(found(try await list("", shop.client(subject: "cust_43", tenant: "returns-list"))).isEmpty)

        let first = try await list("?limit=2", shopper.customer)
        #expect(found(first) == [ids[2], ids[1]])
        #expect(first["has_more"]?.bool == true)
        let cursor = try #require(first["next_cursor"]?.string)
        let second = try await list("?limit=2&cursor=\(cursor)", shopper.customer)
        #expect(found(second) == [ids[0]])
        #expect(second["has_more"]?.bool == false)
        #expect(second["next_cursor"]?.string == nil)
        let foreign = try await shopper.customer.get("/api/v1/returns?sort=created_at&cursor=\(cursor)")
        #expect(foreign.problem == "invalid_cursor")
        for (query, problem) in [
            ("?colour=red", "unknown_parameter"), ("?status=lost", "invalid_parameter"),
            ("?limit=0", "invalid_parameter"), ("?order_id=7", "invalid_parameter"),
            ("?created_from=yesterday", "invalid_parameter"),
        ] {
            let refused = try await shopper.staff.get("/api/v1/returns\(query)")
            #expect(refused.status == 400)
            #expect(refused.problem == problem, "\(query)")
        }
        let other = try await shopper.customer.get("/api/v1/returns?customer_id=cust_43")
        #expect(other.status == 403)
    }
}
