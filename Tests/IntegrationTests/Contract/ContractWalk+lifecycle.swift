import Contracts
import CurlHTTP
import TestSupport
import Testing

/// What people do to an order after it was placed.
extension ContractWalk {
    /// A new order of the customer, paid for if wanted; its id.
    private func order(paid: Bool) async throws -> String {
        let order = try await shopper.make(
            "/api/v1/orders", OrderBody.simple(), "walk-order-\(Identifier.new())", shopper.customer)
        guard paid else { return order.id }
        let payment = try await shopper.make(
            "/api/v1/payments/create", #"{"order_id":"\#(order.id)"}"#, "walk-pay-\(order.id)", shopper.customer)
        try await shopper.pay(try #require(payment.json["next_action"]?["url"]?.string))
        try await shopper.wait("/api/v1/orders/\(order.id)", "status", ["confirmed"], shopper.customer)
        return order.id
    }

    /// A version that nothing has.
    private var stale: HTTPHeaders { ["If-Match": "\"999\""] }

    func statusAndCancellation() async throws {
        let (open, paid) = (try await order(paid: false), try await order(paid: true))
        #expect(try await call("setOrderStatus", nil, ["id": open]).status == 409, "it is not paid")
        #expect(try await call("setOrderStatus", nil, ["id": paid], body: #"{"status":"lost"}"#).status == 422)
        #expect(try await call("setOrderStatus", nil, ["id": paid], headers: stale).status == 412)
        #expect(try await call("setOrderStatus", nil, ["id": paid]).status == 200)
        let customer = client("customer")
        #expect(try await call("cancelOrder", customer, ["id": paid]).status == 403, "it is being prepared")
        #expect(try await call("cancelOrder", customer, ["id": open], body: #"{"reason":1}"#).status == 422)
        #expect(try await call("cancelOrder", customer, ["id": open], headers: stale).status == 412)
        #expect(try await call("cancelOrder", customer, ["id": open]).status == 200)
        let purchase = try await Purchases.shared.one(shop)
        let delivered = try await call("cancelOrder", client(tenant: Purchases.tenant), ["id": purchase.order])
        #expect(delivered.status == 409)
    }

    func cancelledShipment() async throws {
        try await shopper.withStillParcels {
            let order = try await shopper.make(
                "/api/v1/orders", Shopper.body(promoCode: nil), "walk-\(Identifier.new())", shopper.customer)
            let payment = try await shopper.make(
                "/api/v1/payments/create", #"{"order_id":"\#(order.id)"}"#, "walk-pay-\(order.id)", shopper.customer)
            try await shopper.pay(try #require(payment.json["next_action"]?["url"]?.string))
            try await shopper.wait("/api/v1/orders/\(order.id)", "status", ["confirmed"], shopper.customer)
            let shipment = try await shopper.make(
                "/api/v1/shipments", #"{"order_id":"\#(order.id)"}"#, "walk-ship-\(order.id)", shopper.staff)
            let path = ["id": shipment.id]
            #expect(try await call("cancelShipment", nil, path, body: #"{"reason":1}"#).status == 422)
            #expect(try await call("cancelShipment", nil, path, headers: stale).status == 412)
            let cancelled = try await call("cancelShipment", nil, path, headers: ["Prefer": "wait=10"])
            #expect(cancelled.status == 200, "\(cancelled.text)")
            #expect(try await call("getShipmentLabel", nil, path).problem == "label_not_ready")
        }
        let purchase = try await Purchases.shared.one(shop)
        let late = try await call("cancelShipment", client(tenant: Purchases.tenant), ["id": purchase.shipment])
        #expect(late.status == 409, "it was delivered")
    }

    func returns() async throws {
        let purchase = try await Purchases.shared.one(shop)
        let (staff, path) = (client(tenant: Purchases.tenant), ["id": purchase.order])
        let order = try await call("getOrder", staff, path)
        let line = try #require(order.json?["items"]?.array?.first?["id"]?.string)
        func body(_ quantity: Int) -> String {
            #"{"items":[{"order_item_id":"\#(line)","quantity":\#(quantity)}],"reason":"other"}"#
        }
        #expect(try await call("requestReturn", staff, path, body: body(100)).status == 422)
        let requested = try await call("requestReturn", staff, path, body: body(1))
        #expect(requested.status == 201, "\(requested.text)")
        let open = ["id": try await self.order(paid: false)]
        #expect(try await call("requestReturn", nil, open, body: body(1)).status == 409, "it was not delivered")
        try await decide(["id": try #require(requested.json?["id"]?.string)], staff)
        #expect(try await call("listReturns", staff, query: "?limit=1").status == 200)
        let customer = client("customer", tenant: Purchases.tenant)
        #expect(try await call("listReturns", customer, query: "?customer_id=cust_43").status == 403)
    }

    private func decide(_ path: [String: String], _ staff: FleetClient) async throws {
        let read = try await call("getReturn", staff, path)
        #expect(read.status == 200)
        let tag: String = try #require(read.headers["ETag"])
        #expect(try await call("getReturn", staff, path, headers: ["If-None-Match": tag]).status == 304)
        #expect(try await call("setReturnStatus", staff, path, body: #"{"status":"received"}"#).status == 409)
        #expect(try await call("setReturnStatus", staff, path, body: #"{"status":"rejected"}"#).status == 422)
        #expect(try await call("setReturnStatus", staff, path, headers: stale).status == 412)
        #expect(try await call("setReturnStatus", staff, path).status == 200)
    }
}
