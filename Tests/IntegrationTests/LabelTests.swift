import CurlHTTP
import Postgres
import TestSupport
import Testing

/// Labels as clients get them: from the carrier at first, then from the store.
@Suite("Labels", .keepsFleetLogs, .timeLimit(.minutes(2))) struct LabelTests {
    @Test func keptWhileTheCarrierIsAway() async throws {
        let shop = try await ShopFleet.start()
        let shopper = shop.shopper(tenant: "labels")
        let purchase = try await shopper.buy("labels", promoCode: nil)
        let path = "/api/v1/shipments/\(purchase.shipment)/label"
        let first = try await shopper.staff.get(path)
        #expect(first.status == 200, "\(first.text)")

        let faults = "\(try #require(shop.sandbox.url))/_sandbox/faults/novaposhta"
        var answers: [FleetClient.Answer] = []
        for size in ["a4", "85x85"] {
            _ = try await shopper.staff.send(.put, faults, #"{"operation":"label","status":500,"times":1}"#, [:])
            answers.append(try await shopper.staff.get("\(path)?size=\(size)"))
        }
        let refused = try #require(answers.first { $0.status == 503 }, "the carrier was to be away once at least")
        #expect(refused.problem == "carrier_unavailable")
        #expect(refused.headers["Retry-After"] != nil)
        let again = try await shopper.staff.get(path)
        #expect(again.status == 200)
        #expect(again.body == first.body)
        #expect(again.headers["ETag"] == first.headers["ETag"])
        #expect(try await shopper.staff.get("\(path)?size=85x85").status == 200)

        let kept = try await shop.fleet.query(
            "SELECT count(*) FROM oms_shipping.labels WHERE shipment_id = $1::text::uuid", [.text(purchase.shipment)]
        ) { try $0.only().int64(0) }
        #expect(kept >= 2)
    }
}
