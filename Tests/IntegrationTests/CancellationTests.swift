import Contracts
import CurlHTTP
import Postgres
import TestSupport
import Testing

/// An order's end before its time, through all workers: money, waybills, promo code and stock.
@Suite("Cancellation", .keepsFleetLogs, .timeLimit(.minutes(3))) struct CancellationTests {
    private static let wait: HTTPHeaders = ["Prefer": "wait=10"]

    private func path(_ order: String) -> String { "/api/v1/orders/\(order)" }

    private func refunds(_ payment: String, _ shopper: Shopper) async throws -> [JSON] {
        try await shopper.journal("liqpay").filter {
            $0["kind"]?.string == "refund" && $0["order_id"]?.string == payment
        }
    }

    private func deletions(_ number: String?, _ shopper: Shopper) async throws -> Int {
        try await shopper.journal("novaposhta").count {
            $0["kind"]?.string == "delete" && $0["number"]?.string == number
        }
    }

    // MARK: Without a waybill

    @Test func unpaid() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "cancel-unpaid")
        try await shop.makeSummer20(tenant: "cancel-unpaid")
        let order = try await shopper.order("unpaid", promoCode: "SUMMER20")
        let page = try await shopper.page(of: order, "unpaid")

        let cancelled = try await shopper.customer.post(
            "\(path(order))/cancel", #"{"reason":"Ordered by mistake"}"#, headers: Self.wait)
        #expect(cancelled.status == 200, "\(cancelled.text)")
        #expect(cancelled.json?["status"]?.string == "cancelled")
        #expect(cancelled.json?["cancellation"]?["reason"]?.string == "Ordered by mistake")
        #expect(cancelled.json?["cancellation"]?["by"]?["type"]?.string == "customer")
        #expect(cancelled.json?["allowed_transitions"]?.array?.isEmpty == true)
        #expect(cancelled.headers["ETag"] != nil)

        try await shopper.wait("/api/v1/payments/\(page.payment)", "status", ["cancelled"], shopper.customer)
        try await shopper.wait(path(order), "payment_status", ["unpaid"], shopper.customer)
        let isGivenBack = try await eventually {
            let uses = try await shop.fleet.query(
                "SELECT release_reason FROM oms_promo.redemptions WHERE order_id::text = $1 AND released_at IS NOT NULL",
                [.text(order)]
            ) { rows in try rows.map { try $0.text(0) } }
            return uses == ["order_cancelled"]
        }
        #expect(isGivenBack)

        let again = try await shopper.customer.post("\(path(order))/cancel", "{}", headers: Self.wait)
        #expect(again.status == 200)
        #expect(again.json?["cancellation"]?["reason"]?.string == "Ordered by mistake")
        let put = try await shopper.staff.put("\(path(order))/status", #"{"status":"cancelled"}"#, headers: Self.wait)
        #expect(put.status == 200)
    }

    @Test func paid() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "cancel-paid")
        let order = try await shopper.order("paid")
        let payment = try await shopper.payFor(order, "paid")
        let cancelled = try await shopper.customer.post("\(path(order))/cancel", "{}", headers: Self.wait)
        #expect(cancelled.status == 200, "\(cancelled.text)")
        try await shopper.wait(path(order), "status", ["refunded"], shopper.customer)
        let done = try #require(try await shopper.customer.get(path(order)).json)
        #expect(done["payment_status"]?.string == "refunded")
        #expect(done["amount_refunded"]?.string == "1500.00")
        #expect(done["cancellation"]?["reason"]?.string == "cancelled")
        #expect(try await refunds(payment, shopper).compactMap { $0["amount"]?.scalarText } == ["1500.00"])
        let refund = try await shopper.staff.get("/api/v1/payments/\(payment)").json?["refunds"]?.array?.first
        #expect(refund?["reason"]?.string == "cancelled")
        let last = try await shopper.staff.put("\(path(order))/status", #"{"status":"cancelled"}"#, headers: Self.wait)
        #expect(last.problem == "invalid_transition")
        #expect(try await shopper.customer.post("\(path(order))/cancel", "{}").status == 200)
    }

    /// The provider has no money for the refund: the order stays cancelled and paid until it has.
    @Test func theShopIsShortOfMoney() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "cancel-short")
        let order = try await shopper.order("short")
        let payment = try await shopper.payFor(order, "short")
        try await withoutMoney(shopper) {
            let cancelled = try await shopper.customer.post("\(path(order))/cancel", "{}", headers: Self.wait)
            #expect(cancelled.json?["status"]?.string == "cancelled")
            let isPending = try await eventually {
                let refund = try await shopper.staff.get("/api/v1/payments/\(payment)").json?["refunds"]?.array?.first
                return refund?["status"]?.string == "pending"
            }
            #expect(isPending)
            let order1 = try #require(try await shopper.customer.get(path(order)).json)
            #expect(order1["status"]?.string == "cancelled")
            #expect(order1["payment_status"]?.string == "paid")
        }
        try await shopper.wait(path(order), "status", ["refunded"], shopper.customer)
        #expect(try await refunds(payment, shopper).count == 1)
    }

    /// For as long as the work takes the shop's account at the provider is empty.
    private func withoutMoney(_ shopper: Shopper, _ work: () async throws -> Void) async throws {
        try await setBalance(short: true, shopper)
        do {
            try await work()
        } catch {
            try await setBalance(short: false, shopper)
            throw error
        }
        try await setBalance(short: false, shopper)
    }

    private func setBalance(short: Bool, _ shopper: Shopper) async throws {
        let answer = try await shopper.staff.put("\(shopper.sandbox)/_sandbox/liqpay/balance", #"{"short":\#(short)}"#)
        #expect(answer.status == 200)
    }

    /// The customer has the page open and pays after the order was cancelled.
    @Test func latePayment() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "cancel-late")
        let order = try await shopper.order("late")
        let page = try await shopper.page(of: order, "late")
        #expect(try await shopper.customer.post("\(path(order))/cancel", "{}", headers: Self.wait).status == 200)
        try await shopper.wait("/api/v1/payments/\(page.payment)", "status", ["cancelled"], shopper.customer)
        try await shopper.pay(page.url)
        try await shopper.wait(path(order), "status", ["refunded"], shopper.customer)
        let payment = try #require(try await shopper.staff.get("/api/v1/payments/\(page.payment)").json)
        #expect(payment["refunds"]?.array?.map { $0["reason"]?.string } == ["late_payment"])
        #expect(try await refunds(page.payment, shopper).count == 1)
    }

    @Test func lostStock() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "cancel-stock")
        let order = try await shopper.order("stock")
        _ = try await shopper.payFor(order, "stock")
        try await shopper.wait(path(order), "stock_status", ["reserved"], shopper.customer)
        let lapsed = try await shopper.staff.post(
            "\(shopper.sandbox)/_sandbox/core/reservations/\(order)/expire", #"{"tenant_id":"cancel-stock"}"#)
        #expect(lapsed.status == 200, "\(lapsed.text)")
        try await shopper.wait(path(order), "status", ["refunded"], shopper.customer)
        let done = try #require(try await shopper.customer.get(path(order)).json)
        #expect(done["cancellation"]?["reason"]?.string == "stock_released")
        #expect(done["cancellation"]?["by"]?["type"]?.string == "system")
    }

    // MARK: With waybills

    @Test func withAWaybill() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "cancel-waybill")
        try await shopper.withStillParcels {
            let order = try await shopper.order("waybill")
            let payment = try await shopper.payFor(order, "waybill")
            let shipment = try await shopper.ship(order, quantity: 1, "waybill")
            try await shopper.wait(path(order), "status", ["processing"], shopper.customer)

            let forbidden = try await shopper.customer.post("\(path(order))/cancel", "{}", headers: Self.wait)
            #expect(forbidden.status == 403)
            let headers: HTTPHeaders = ["Prefer": "wait=10", "Idempotency-Key": "cancel-waybill"]
            let cancelled = try await shopper.staff.post("\(path(order))/cancel", "{}", headers: headers)
            #expect(cancelled.status == 200, "\(cancelled.text)")
            #expect(["cancelled", "refunded"].contains(cancelled.json?["status"]?.string))
            try await shopper.wait(path(order), "status", ["refunded"], shopper.customer)
            let parcel = try #require(try await shopper.staff.get("/api/v1/shipments/\(shipment.id)").json)
            #expect(parcel["status"]?.string == "cancelled")
            #expect(try await deletions(shipment.json["tracking_number"]?.string, shopper) == 1)
            #expect(try await refunds(payment, shopper).count == 1)
            let again = try await shopper.staff.post("\(path(order))/cancel", "{}", headers: headers)
            #expect(again.headers["Idempotent-Replayed"] == "true")
            #expect(again.body == cancelled.body)
        }
    }

    /// The parcel was handed over, which tracking has not told yet: the carrier refuses, and nothing changes.
    @Test func handedOver() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "cancel-gone")
        try await shopper.withStillParcels {
            let order = try await shopper.order("gone")
            _ = try await shopper.payFor(order, "gone")
            let shipment = try await shopper.ship(order, quantity: 1, "gone")
            try await shopper.wait(path(order), "status", ["processing"], shopper.customer)
            let number = try #require(shipment.json["tracking_number"]?.string)
            let moved = try await shopper.staff.put(
                "\(shopper.sandbox)/_sandbox/novaposhta/parcels/\(number)", #"{"advance":true}"#)
            #expect(moved.status == 200)
            let refused = try await shopper.staff.post("\(path(order))/cancel", "{}", headers: Self.wait)
            #expect(refused.status == 409, "\(refused.text)")
            #expect(refused.problem == "already_shipped")
            let order1 = try #require(try await shopper.staff.get(path(order)).json)
            #expect(order1["status"]?.string == "processing")
            #expect(order1["cancellation"] == nil)
            let shipmentRefused = try await shopper.staff.post(
                "/api/v1/shipments/\(shipment.id)/cancel", "{}", headers: Self.wait)
            #expect(shipmentRefused.problem == "shipment_not_cancellable", "\(shipmentRefused.text)")
            #expect(try await deletions(number, shopper) == 0)
        }
    }

    /// Two waybills: both are deleted, or none when one parcel was handed over meanwhile.
    @Test(arguments: [false, true]) func twoWaybills(oneIsGone: Bool) async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "cancel-two-\(oneIsGone)")
        let key = "two-\(oneIsGone)"
        try await shopper.withStillParcels {
            let order = try await shopper.order(key, quantity: 3)
            _ = try await shopper.payFor(order, key)
            var numbers: [String] = []
            for part in 1...2 {
                let shipment = try await shopper.ship(order, quantity: 1, "\(key)-\(part)")
                numbers.append(try #require(shipment.json["tracking_number"]?.string))
            }
            try await shopper.wait(path(order), "fulfilment_status", ["partially_shipped"], shopper.customer)
            if oneIsGone {
                let moved = try await shopper.staff.put(
                    "\(shopper.sandbox)/_sandbox/novaposhta/parcels/\(numbers[1])", #"{"advance":true}"#)
                #expect(moved.status == 200)
            }
            let answer = try await shopper.staff.post("\(path(order))/cancel", "{}", headers: Self.wait)
            if oneIsGone {
                #expect(answer.problem == "already_shipped", "\(answer.text)")
            } else {
                #expect(answer.status == 200, "\(answer.text)")
                try await shopper.wait(path(order), "status", ["refunded"], shopper.customer)
            }
            for number in numbers { #expect(try await deletions(number, shopper) == (oneIsGone ? 0 : 1)) }
        }
    }

    /// A shipped order whose parcel is still here: the shipment goes first, then the order.
    @Test func shipped() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "cancel-shipped")
        try await shopper.withStillParcels {
            let order = try await shopper.order("shipped")
            _ = try await shopper.payFor(order, "shipped")
            let shipment = try await shopper.ship(order, quantity: 2, "shipped")
            try await shopper.wait(path(order), "status", ["shipped"], shopper.customer)
            let tooEarly = try await shopper.staff.post("\(path(order))/cancel", "{}", headers: Self.wait)
            #expect(tooEarly.problem == "already_shipped")

            let customer = try await shopper.customer.post("/api/v1/shipments/\(shipment.id)/cancel", "{}")
            #expect(customer.status == 403)
            let back = try await shopper.staff.post(
                "/api/v1/shipments/\(shipment.id)/cancel", #"{"reason":"Wrong branch"}"#, headers: Self.wait)
            #expect(back.status == 200, "\(back.text)")
            #expect(back.json?["status"]?.string == "cancelled")
            try await shopper.wait(path(order), "status", ["processing"], shopper.customer)
            let cancelled = try await shopper.staff.post("\(path(order))/cancel", "{}", headers: Self.wait)
            #expect(cancelled.status == 200, "\(cancelled.text)")
            try await shopper.wait(path(order), "status", ["refunded"], shopper.customer)
        }
    }

    // MARK: PUT status

    @Test func ownDeliveryByHand() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "by-hand")
        let order = try await shopper.order("by-hand")
        try await shopper.wait(path(order), "stock_status", ["reserved"], shopper.customer)
        let status = "\(path(order))/status"
        let customer = try await shopper.customer.put(status, #"{"status":"processing"}"#, headers: Self.wait)
        #expect(customer.status == 403)
        let noReason = try await shopper.staff.put(status, #"{"status":"confirmed"}"#, headers: Self.wait)
        #expect(noReason.problem == "reason_required")
        let unknown = try await shopper.staff.put(status, #"{"status":"lost"}"#, headers: Self.wait)
        #expect(unknown.problem == "validation_failed")
        let early = try await shopper.staff.put(status, #"{"status":"delivered"}"#, headers: Self.wait)
        #expect(early.status == 409)
        #expect(early.json?["current"]?.string == "pending")
        #expect(early.json?["allowed"]?.array?.compactMap(\.string) == ["confirmed", "cancelled"])

        var tag = ""
        for (step, fulfilment) in [
            ("confirmed", "unfulfilled"), ("processing", "unfulfilled"), ("shipped", "shipped"),
            ("delivered", "delivered"),
        ] {
            let answer = try await shopper.staff.put(
                status, #"{"status":"\#(step)","reason":"By hand"}"#, headers: Self.wait)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json?["status"]?.string == step)
            #expect(answer.json?["fulfilment_status"]?.string == fulfilment)
            tag = answer.headers["ETag"] ?? ""
        }
        let same = try await shopper.staff.put(status, #"{"status":"delivered"}"#, headers: Self.wait)
        #expect(same.headers["ETag"] == tag)
        let stale = try await shopper.staff.put(
            status, #"{"status":"refunded"}"#, headers: ["If-Match": "\"1\"", "Prefer": "wait=10"])
        #expect(stale.status == 412)
        let unpaid = try await shopper.staff.put(
            status, #"{"status":"refunded"}"#, headers: ["If-Match": tag, "Prefer": "wait=10"])
        #expect(unpaid.problem == "nothing_to_refund")
    }

    /// Everything that remains after a partial refund.
    @Test func refundOfEverything() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "refund-all")
        let order = try await shopper.order("all")
        let payment = try await shopper.payFor(order, "all")
        let part = try await shopper.staff.post(
            "/api/v1/payments/\(payment)/refund", #"{"amount":"600.00"}"#, headers: Self.wait)
        #expect(part.status == 201, "\(part.text)")
        try await shopper.wait(path(order), "payment_status", ["partially_refunded"], shopper.customer)
        let all = try await shopper.staff.put(
            "\(path(order))/status", #"{"status":"refunded","reason":"Goodwill"}"#, headers: Self.wait)
        #expect(all.status == 200, "\(all.text)")
        #expect(all.json?["status"]?.string == "refunded")
        #expect(
            try await refunds(payment, shopper).compactMap { $0["amount"]?.scalarText } == ["600.00", "900.00"])
    }
}
