import Contracts
import CurlHTTP
import Foundation

/// Takes one order from the cart to the customer's door, as patiently as people are: what fails for a while is tried
/// again with the same key.
public struct Shopper: Sendable {
    public struct Purchase: Sendable {
        public let order: String
        public let payment: String
        public let shipment: String
    }

    public let customer: FleetClient
    public let staff: FleetClient
    /// Where the sandbox serves.
    public let sandbox: String
    public var patience: Duration = .seconds(100)

    public init(_ fleet: Fleet, _ gateway: Fleet.Member, sandbox: Fleet.Member, tenant: String) {
        customer = FleetClient(fleet, gateway, token: TestToken.signed(tenant: tenant))
        staff = FleetClient(
            fleet, gateway, token: TestToken.signed(role: "admin", subject: "admin_1", tenant: tenant))
        self.sandbox = sandbox.url ?? ""
    }

    /// Body of an order with delivery by Nova Poshta.
    public static func body(promoCode: String?) -> String {
        let promo = promoCode.map { #""promo_code":"\#($0)","# } ?? ""
        return """
            {"items":[{"product_id":"prod_123","quantity":2}],\(promo)"payment_method":"liqpay",\
            "delivery":{"carrier":"novaposhta","service":"courier"},\
            "shipping_address":{"name":"Коваль Олена Петрівна","city":"Київ","address":"Хрещатик 1",\
            "phone":"+380671112233","email":"olena@example.com"}}
            """
    }

    /// - `key`: Stem of the idempotency keys.
    /// Throws: ``TestSupportError`` naming the step that came to nothing.
    public func buy(_ key: String, promoCode: String?) async throws -> Purchase {
        let order = try await make("/api/v1/orders", Self.body(promoCode: promoCode), "\(key)-order", customer)
        let payment = try await make(
            "/api/v1/payments/create", #"{"order_id":"\#(order.id)"}"#, "\(key)-payment", customer)
        guard let page = payment.json["next_action"]?["url"]?.string else {
            throw TestSupportError("\(key): the payment has no page")
        }
        try await pay(page)
        try await wait("/api/v1/orders/\(order.id)", "status", ["confirmed"], customer)
        let shipment = try await make("/api/v1/shipments", #"{"order_id":"\#(order.id)"}"#, "\(key)-shipment", staff)
        try await wait("/api/v1/orders/\(order.id)", "status", ["delivered"], customer)
        return Purchase(order: order.id, payment: payment.id, shipment: shipment.id)
    }

    /// What the customer does in the browser.
    public func pay(_ page: String) async throws {
        let body = JSONWriter.object { $0.member("url", page) }
        var client = customer
        client.token = nil
        let answer = try await client.post("\(sandbox)/_sandbox/liqpay/pay", String(decoding: body, as: UTF8.self))
        guard answer.status == 200, answer.json?["status"]?.string == "success" else {
            throw TestSupportError("pay: \(answer.status) \(answer.text)")
        }
    }

    /// Sends a change until its outcome is known.
    public func make(
        _ path: String, _ body: String, _ key: String, _ client: FleetClient
    ) async throws -> (id: String, json: JSON) {
        let deadline = ContinuousClock.now + patience
        var last = "no answer"
        while ContinuousClock.now < deadline {
            let answer = try? await client.post(path, body, headers: ["Idempotency-Key": key, "Prefer": "wait=5"])
            if let answer {
                last = "\(answer.status) \(answer.text)"
                if (200...201).contains(answer.status), let json = answer.json, let id = json["id"]?.string {
                    return (id, json)
                }
                let isTemporary =
                    answer.status >= 500 || answer.status == 202 || answer.problem == "idempotency_in_flight"
                guard isTemporary else { break }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw TestSupportError("POST \(path) \(key): \(last)")
    }

    /// Reads until the member of the answer is one of the words; gives that answer.
    @discardableResult public func wait(
        _ path: String, _ member: String, _ words: Set<String>, _ client: FleetClient
    ) async throws -> JSON {
        let deadline = ContinuousClock.now + patience
        var last = "no answer"
        while ContinuousClock.now < deadline {
            if let answer = try? await client.get(path) {
                last = answer.json?[member]?.string ?? "\(answer.status)"
                if let json = answer.json, words.contains(last) { return json }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw TestSupportError("\(path): \(member) is \(last), not \(words)")
    }

    /// Reads until the answer is a good one: a gateway answers 503 when its worker takes long.
    public func read(_ path: String, _ client: FleetClient) async throws -> JSON {
        let deadline = ContinuousClock.now + patience
        var last = "no answer"
        while ContinuousClock.now < deadline {
            if let answer = try? await client.get(path) {
                if answer.status == 200, let json = answer.json { return json }
                last = "\(answer.status) \(answer.text)"
                guard answer.status >= 500 else { break }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw TestSupportError("GET \(path): \(last)")
    }
}
