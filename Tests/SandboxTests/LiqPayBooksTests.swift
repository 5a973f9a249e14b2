import Contracts
import CurlHTTP
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Sandbox

@Suite("LiqPay books") struct LiqPayBooksTests {
    private func pay(_ client: any TestClientProtocol, _ order: String, action: String = "pay") async throws {
        let token = try await client.open(TestWorld.checkout(order, amount: "1295.00", action: action))
        _ = try await client.post("/liqpay/checkout/\(token)/pay", ["card": "4242424242424242", "action": "pay"])
    }

    private func totals(_ client: any TestClientProtocol) async throws -> JSON? {
        try await client.json("/_sandbox/journal/liqpay")["totals"]?.array?.first
    }

    @Test func refundsInParts() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            try await pay(client, "ord_1")
            let first = try await client.liqPay(TestWorld.request("refund", "ord_1", ",\"amount\":600.01"))
            #expect(first["result"]?.string == "ok")
            #expect(first["status"]?.string == "reversed")
            #expect(first["wait_amount"] == .bool(false))
            let status = try await client.liqPay(TestWorld.request("status", "ord_1"))
            #expect(status["refund_amount"] == .number("600.01"))
            #expect(status["amount"] == .number("1295.0"))

            // A kopeck more than is left is refused and moves nothing.
            let tooMuch = try await client.liqPay(TestWorld.request("refund", "ord_1", ",\"amount\":\"695.00\""))
            #expect(tooMuch["err_code"]?.string == "wrong_amount_currency")
            #expect(try await totals(client)?["refunded"]?.string == "600.01")

            _ = try await client.liqPay(TestWorld.request("refund", "ord_1", ",\"amount\":694.99"))
            let spent = try await client.liqPay(TestWorld.request("refund", "ord_1", ",\"amount\":0.01"))
            #expect(spent["err_code"]?.string == "payment_err_status")
            let totals = try await totals(client)
            #expect(totals?["charged"]?.string == "1295.00")
            #expect(totals?["refunded"]?.string == "1295.00")
        }
    }

    @Test func holdsAndCompletesInPart() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            try await pay(client, "ord_1", action: "hold")
            #expect(try await client.liqPay(TestWorld.request("status", "ord_1"))["status"]?.string == "hold_wait")
            #expect(try await totals(client) == nil)
            let tooMuch = try await client.liqPay(TestWorld.request("hold_completion", "ord_1", ",\"amount\":1295.01"))
            #expect(tooMuch["err_code"]?.string == "err_amount_hold")
            let taken = try await client.liqPay(TestWorld.request("hold_completion", "ord_1", ",\"amount\":1000"))
            #expect(taken["status"]?.string == "success")
            #expect(taken["amount"] == .number("1000.0"))
            #expect(try await totals(client)?["charged"]?.string == "1000.00")
        }
    }

    @Test func waitsForMoneyWhenShort() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            try await pay(client, "ord_1")
            _ = try await client.json("/_sandbox/liqpay/balance", .put, "{\"short\":true}")
            let refund = try await client.liqPay(TestWorld.request("refund", "ord_1", ",\"amount\":100"))
            #expect(refund["wait_amount"] == .bool(true))
            #expect(try await totals(client)?["refunded"]?.string == "0.00")
            _ = try await client.json("/_sandbox/liqpay/balance", .put, "{\"short\":false}")
            #expect(try await totals(client)?["refunded"]?.string == "100.00")
            #expect(try await client.liqPay(TestWorld.request("status", "ord_1"))["status"]?.string == "reversed")
        }
    }

    /// The worst case for a caller: the money moved, and the answer says 500.
    @Test func worksAndAnswers500() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            try await pay(client, "ord_1")
            _ = try await client.json(
                "/_sandbox/faults/liqpay", .put,
                "{\"operation\":\"refund\",\"status\":503,\"after_work\":true,\"times\":1}")
            let form = TestWorld.form(TestWorld.request("refund", "ord_1", ",\"amount\":100"))
            let lost = try await client.post("/liqpay/api/request", form)
            #expect(lost.status == .serviceUnavailable)
            #expect(try await client.liqPay(TestWorld.request("status", "ord_1"))["refund_amount"] == .number("100.0"))
            let again = try await client.post("/liqpay/api/request", form)
            #expect(again.status == .ok)
            #expect(try await totals(client)?["refunded"]?.string == "200.00")
            let faults = try await client.json("/_sandbox/faults")
            #expect(faults["liqpay"]?.array?.first?["failed"]?.int == 1)
        }
    }
}
