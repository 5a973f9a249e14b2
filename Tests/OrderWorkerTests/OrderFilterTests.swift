import Contracts
import Testing
import Worker

@testable import OrderWorker

@Suite("What a list is narrowed to") struct OrderFilterTests {
    private static let key = CursorKey(secret: "a secret of the tests, 32 bytes.")

    private func query(
        _ parameters: [String: String], by actor: Actor = Actor(.staff, id: "s"), type: String = "order.list",
        tenant: String = "default"
    ) -> Message {
        Message(
            id: .new(), type: type, tenant: tenant, actor: actor, path: "/api/v1/orders", parameters: parameters)
    }

    private func problem(_ parameters: [String: String], by actor: Actor = Actor(.staff, id: "s")) -> Problem? {
        do {
            _ = try OrderFilter(query(parameters, by: actor), Self.key)
            return nil
        } catch {
            return error.problem
        }
    }

    @Test func everyFilterOfTheContract() throws {
        let filter = try OrderFilter(
            query([
                "status": "pending,confirmed,pending", "payment_status": "paid",
                "fulfilment_status": "shipped,returned",
                "customer_id": "cust_42", "reference": "WEB-1", "promo_code": "Summer20", "sort": "created_at",
                "created_from": "2025-09-15T13:00:00+03:00", "created_to": "2025-09-16T00:00:00Z", "limit": "7",
                "if-none-match": "\"3\"",
            ]), Self.key)
        #expect(filter.statuses == [.pending, .confirmed])
        #expect(filter.paymentStatuses == [.paid])
        #expect(filter.fulfilmentStatuses == [.shipped, .returned])
        #expect(filter.customerID == "cust_42")
        #expect(filter.reference == "WEB-1")
        #expect(filter.promoCode == "SUMMER20")
        #expect(filter.range.isAscending)
        #expect(filter.range.limit == 7)
        #expect(filter.range.after == .first)
    }

    @Test(arguments: [
        ("status", "lost", "unknown_value"), ("status", "", "unknown_value"), ("status", "pending,", "unknown_value"),
        ("status", Array(repeating: "pending", count: 8).joined(separator: ","), "too_many_items"),
        ("payment_status", "Paid", "unknown_value"), ("fulfilment_status", "open", "unknown_value"),
        ("customer_id", "a b", "invalid_format"), ("reference", "", "invalid_format"),
        ("reference", String(repeating: "x", count: 65), "invalid_format"), ("promo_code", "A", "invalid_format"),
        ("promo_code", "ЛІТО", "invalid_format"), ("created_from", "2025-09-15", "invalid_format"),
        ("sort", "total", "unknown_value"), ("limit", "0", "invalid_format"), ("limit", "101", "invalid_format"),
        ("limit", "+5", "invalid_format"), ("limit", "", "invalid_format"),
    ]) func faults(name: String, value: String, code: String) {
        let problem = problem([name: value])
        #expect(problem?.code == .invalidParameter)
        #expect(problem?.errors.map(\.parameter) == [name])
        #expect(problem?.errors.map(\.code) == [code])
    }

    @Test func unknownParameters() { #expect(problem(["surprise": "1"])?.code == .unknownParameter) }

    @Test func customersSeeTheirOwn() throws {
        let customer = Actor(.customer, id: "cust_42")
        #expect(try OrderFilter(query([:], by: customer), Self.key).customerID == "cust_42")
        #expect(problem(["customer_id": "cust_42"], by: customer) == nil)
        #expect(problem(["customer_id": "cust_43"], by: customer)?.code == .forbidden)
    }

    // MARK: Cursors

    private static let first = ["status": "confirmed", "limit": "2"]

    private func cursor() throws -> String {
        try OrderFilter(query(Self.first), Self.key).range.series.cursor(
            after: PagePlace(time: Sample.now, id: Identifier(high: 1, low: 2)))
    }

    @Test func aCursorGoesOnWhereItWas() throws {
        let filter = try OrderFilter(
            query(Self.first.merging(["cursor": cursor(), "limit": "50"]) { $1 }), Self.key)
        #expect(filter.range.after == PagePlace(time: Sample.now, id: Identifier(high: 1, low: 2)))
    }

    @Test(arguments: [
        ["status": "pending"], ["status": "confirmed,pending"], ["sort": "created_at"], ["customer_id": "cust_42"],
        ["created_from": "2025-09-15T00:00:00Z"], ["promo_code": "SUMMER20"],
    ]) func notForAnotherFilter(change: [String: String]) throws {
        let parameters = Self.first.merging(["cursor": try cursor()]) { $1 }.merging(change) { $1 }
        #expect(problem(parameters)?.code == .invalidCursor)
    }

    @Test func notForOthers() throws {
        let parameters = Self.first.merging(["cursor": try cursor()]) { $1 }
        #expect(problem(parameters, by: Actor(.admin, id: "a")) == nil)
        #expect(problem(parameters, by: Actor(.customer, id: "cust_42"))?.code == .invalidCursor)
        #expect(throws: Refusal.self) { try OrderFilter(query(parameters, tenant: "other"), Self.key) }
        #expect(throws: Refusal.self) { try ReturnFilter(query(parameters, type: "return.list"), Self.key) }
    }

    @Test func theNextPageHasAnAddress() throws {
        let filter = try OrderFilter(
            query(["created_from": "2025-09-15T13:00:00+03:00", "cursor": "x"].filter { $0.key != "cursor" }), Self.key)
        #expect(
            filter.range.series.link("abc")
                == "/api/v1/orders?created_from=2025-09-15T13%3A00%3A00%2B03%3A00&cursor=abc")
    }
}
