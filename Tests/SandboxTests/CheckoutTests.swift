import Contracts
import CurlHTTP
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Sandbox

@Suite("LiqPay checkout") struct CheckoutTests {
    @Test func paysAndTellsTheShop() async throws {
        let world = try TestWorld.make()
        try await CallbackReceiver.run(refusals: 2) { receiver in
            try await TestWorld.application(world).test(.live) { client in
                let token = try await client.open(TestWorld.checkout("ord_1", server: receiver.url))
                let paid = try await client.post(
                    "/liqpay/checkout/\(token)/pay", ["card": "4242 4242 4242 4242", "action": "pay"])
                #expect(paid.status == .found)
                #expect(paid.headers[.location] == "https://shop.example/pay/return?o=1001")

                // Two refusals, then the shop takes it: the same bytes three times.
                let callbacks = [try await receiver.next(), try await receiver.next(), try await receiver.next()]
                #expect(Set(callbacks.map(\.encoded)).count == 1)
                let callback = try receiver.open(callbacks[2])
                #expect(callback["status"]?.string == "success")
                #expect(callback["order_id"]?.string == "ord_1")
                #expect(callback["amount"] == .number("149.9"))
                #expect(callback["currency"]?.string == "UAH")
                #expect(callback["receiver_commission"] == .number("2.25"))
                #expect(callback["description"]?.string == "Замовлення №1001 + доставка")
                #expect(callback["public_key"]?.string == TestWorld.publicKey)

                let status = try await client.liqPay(TestWorld.request("status", "ord_1"))
                #expect(status["result"]?.string == "ok")
                #expect(status["status"]?.string == "success")
                #expect(status["payment_id"] == callback["payment_id"])
            }
        }
    }

    @Test(arguments: [
        ("4000000000000002", "failure", "limit"), ("4000000000009995", "try_again", "9859"),
    ])
    func declines(card: String, status: String, code: String) async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            let token = try await client.open(TestWorld.checkout("ord_1"))
            _ = try await client.post("/liqpay/checkout/\(token)/pay", ["card": card, "action": "pay"])
            let answer = try await client.liqPay(TestWorld.request("status", "ord_1"))
            #expect(answer["status"]?.string == status)
            #expect(answer["err_code"]?.string == code)
            // One declined attempt does not end it.
            let again = try await client.open(TestWorld.checkout("ord_1"))
            #expect(again == token)
            _ = try await client.post("/liqpay/checkout/\(token)/pay", ["card": "4242424242424242", "action": "pay"])
            let paid = try await client.liqPay(TestWorld.request("status", "ord_1"))
            #expect(paid["status"]?.string == "success")
            #expect(paid["err_code"] == nil)
        }
    }

    @Test(arguments: [
        ("4000000000003063", "3ds_verify", "expired_3ds"), ("4000000000003089", "otp_verify", "expired_otp"),
        ("4000000000003055", "cvv_verify", "expired_cvv"),
    ])
    func asksForConfirmation(card: String, status: String, code: String) async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            for (order, answer, final) in [("ord_1", "accept", "success"), ("ord_2", "reject", "failure")] {
                let token = try await client.open(TestWorld.checkout(order))
                _ = try await client.post("/liqpay/checkout/\(token)/pay", ["card": card, "action": "pay"])
                #expect(try await client.liqPay(TestWorld.request("status", order))["status"]?.string == status)
                let left = try await client.post("/liqpay/checkout/\(token)/confirm", ["answer": answer])
                #expect(left.status == .found)
                let state = try await client.liqPay(TestWorld.request("status", order))
                #expect(state["status"]?.string == final)
                #expect(state["err_code"]?.string == (answer == "accept" ? nil : code))
            }
        }
    }

    @Test func refusesWhatIsWronglySigned() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            let json = TestWorld.checkout("ord_1")
            let page = try await client.post("/liqpay/api/3/checkout", TestWorld.form(json, privateKey: "wrong"))
            #expect(page.status == .badRequest)
            // SHA-1 belongs to older versions.
            let old = try await client.post("/liqpay/api/request", TestWorld.form(json, version: 3)).json
            #expect(old["err_code"]?.string == "err_signature")
            let foreign = json.replacingOccurrences(of: TestWorld.publicKey, with: "i1")
            #expect(try await client.liqPay(foreign)["err_code"]?.string == "public_key_not_found")
            #expect(
                try await client.liqPay(TestWorld.request("status", "ord_1"))["err_code"]?.string == "payment_not_found"
            )
            #expect(
                try await client.liqPay(TestWorld.request("dance", "ord_1"))["err_code"]?.string == "err_api_action")
        }
    }

    @Test func takesAnOrderNumberOnce() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            let token = try await client.open(TestWorld.checkout("ord_1"))
            let other = try await client.post(
                "/liqpay/api/3/checkout", TestWorld.form(TestWorld.checkout("ord_1", amount: "1.00")))
            #expect(String(buffer: other.body).contains("order_id_duplicate"))
            _ = try await client.post("/liqpay/checkout/\(token)/pay", ["card": "4242424242424242", "action": "pay"])
            let twice = try await client.post(
                "/liqpay/checkout/\(token)/pay", ["card": "4242424242424242", "action": "pay"])
            #expect(twice.status == .conflict)
            let books = try await client.json("/_sandbox/journal/liqpay")
            #expect(books["entries"]?.array?.count == 1)
        }
    }

    @Test func expires() async throws {
        let time = try TestClock("2025-09-15T10:00:00.000Z")
        let world = try TestWorld.make(time.clock)
        try await TestWorld.application(world).test(.router) { client in
            let token = try await client.open(TestWorld.checkout("ord_1", expires: "2025-09-15 10:30:00"))
            time.advance(.seconds(1800))
            let late = try await client.post(
                "/liqpay/checkout/\(token)/pay", ["card": "4242424242424242", "action": "pay"])
            #expect(late.status == .ok)
            #expect(String(buffer: late.body).contains("вичерпано"))
            let state = try await client.liqPay(TestWorld.request("status", "ord_1"))
            #expect(state["status"]?.string == "failure")
            #expect(state["err_code"]?.string == "expired_prepared")
            #expect(try await client.json("/_sandbox/journal/liqpay")["totals"] == .array([]))
        }
    }
}
