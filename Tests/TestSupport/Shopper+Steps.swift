import Contracts
import CurlHTTP

/// Single steps of a shopper's way, for tests that leave the demo path.
extension Shopper {
    /// An order without delivery; gives its id.
    public func order(_ key: String, quantity: Int = 2, promoCode: String? = nil) async throws -> String {
        let promo = promoCode.map { #","promo_code":"\#($0)""# } ?? ""
        let body = """
            {"items":[{"product_id":"prod_123","quantity":\(quantity)}],"payment_method":"liqpay"\(promo),\
            "shipping_address":{"name":"Коваль Олена Петрівна","city":"Київ","address":"Хрещатик 1",\
            "phone":"+380671112233","email":"olena@example.com"}}
            """
        return try await make("/api/v1/orders", body, "\(key)-order", customer).id
    }

    /// The page of a new payment.
    public func page(of order: String, _ key: String) async throws -> (payment: String, url: String) {
        let payment = try await make(
            "/api/v1/payments/create", #"{"order_id":"\#(order)"}"#, "\(key)-payment", customer)
        guard let url = payment.json["next_action"]?["url"]?.string else {
            throw TestSupportError("\(key): the payment has no page")
        }
        return (payment.id, url)
    }

    /// Pays an order and waits until it is confirmed; gives the payment's id.
    public func payFor(_ order: String, _ key: String) async throws -> String {
        let page = try await page(of: order, key)
        try await pay(page.url)
        try await wait("/api/v1/orders/\(order)", "status", ["confirmed"], customer)
        return page.payment
    }

    /// Puts units of the order's first line on a waybill; gives the shipment.
    public func ship(_ order: String, quantity: Int, _ key: String) async throws -> (id: String, json: JSON) {
        guard let line = try await read("/api/v1/orders/\(order)", customer)["items"]?.array?.first?["id"]?.string
        else { throw TestSupportError("\(key): the order has no lines") }
        let body = """
            {"order_id":"\(order)","carrier":"novaposhta","service":"courier",\
            "items":[{"order_item_id":"\(line)","quantity":\(quantity)}]}
            """
        return try await make("/api/v1/shipments", body, "\(key)-shipment", staff)
    }

    /// Does something while no parcel moves by itself: waybills stay with the sender.
    public func withStillParcels(_ work: () async throws -> Void) async throws {
        try await setCarrierStep(milliseconds: 86_400_000)
        do {
            try await work()
        } catch {
            try await setCarrierStep(milliseconds: 200)
            throw error
        }
        try await setCarrierStep(milliseconds: 200)
    }

    /// How long the carrier's parcels stay in one status, from now on.
    private func setCarrierStep(milliseconds: Int) async throws {
        let answer = try await staff.put("\(sandbox)/_sandbox/novaposhta/step", #"{"step_ms":\#(milliseconds)}"#)
        guard answer.status == 200 else { throw TestSupportError("step: \(answer.status)") }
    }

    /// Entries of what a stand-in did.
    public func journal(_ service: String) async throws -> [JSON] {
        try await staff.get("\(sandbox)/_sandbox/journal/\(service)").json?["entries"]?.array ?? []
    }
}

extension FleetClient {
    public func put(_ path: String, _ json: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        try await send(.put, path, json, headers)
    }
}
