import Contracts
import Postgres
import Testing

@testable import OrderWorker
@testable import Worker

/// Figures over a live database. Days are those of Kyiv: 21:00 UTC begins the next one.
@Suite("Figures", .serialized) struct FiguresTests {
    private let tables: OrderTables
    private static let range = ["from": "2025-09-09T21:00:00Z", "to": "2025-09-12T21:00:00Z"]

    init() throws { tables = try OrderTables() }

    private static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    private func figures(_ parameters: [String: String] = [:]) throws -> JSON {
        let reply = try tables.ask("order.figures", Self.range.merging(parameters) { $1 })
        try #require(reply.status == 200, "\(String(decoding: reply.body, as: UTF8.self))")
        return try JSONParser.parse(reply.body)
    }

    private func days(_ name: String, _ parameters: [String: String] = [:]) throws -> [String] {
        try figures(parameters).list("buckets").map { try $0.text(name) }
    }

    private func heard(
        _ type: String, _ order: Order, _ subject: String, _ time: String, _ members: String, sequence: Int64 = 1
    ) throws {
        let time = try Self.time(time)
        try tables.hear(
            order,
            [
                Event(
                    id: .new(at: time), type: type, tenant: order.tenant, subject: subject, sequence: sequence,
                    time: time, actor: .system,
                    body: Array(#"{"order_id":"\#(order.id)","currency":"\#(order.currency)",\#(members)}"#.utf8))
            ])
    }

    private func order(
        _ time: String, confirmed: String? = nil, tenant: String = "default", lines: [OrderLine] = [Sample.line()]
    ) throws -> Order {
        let order = try tables.create(
            Sample.order(lines: lines, currency: lines[0].price.currency, tenant: tenant, at: Self.time(time)))
        guard let confirmed else { return order }
        return try tables.run(
            .setStatus(.confirmed, reason: "cash"), order, by: Actor(.admin, id: "a"), at: Self.time(confirmed))
    }

    @Test func nothing() throws {
        let figures = try figures()
        #expect(figures["totals"]?["orders"]?.int == 0)
        #expect(figures["totals"]?["average_order_value"]?.string == "0.00")
        #expect(figures["totals"]?["by_status"]?["refunded"]?.int == 0)
        #expect(try figures.list("buckets").count == 3)
        for list in ["top_products", "payments", "promo"] { #expect(try figures.list(list).isEmpty) }
        #expect(figures["time_zone"]?.string == "Europe/Kyiv")
    }

    @Test func ordersByTheDayTheyWereMadeIn() throws {
        _ = try order("2025-09-09T20:59:59.999Z")
        _ = try order("2025-09-09T21:00:00.000Z", confirmed: "2025-09-10T21:00:00.000Z")
        _ = try order("2025-09-10T20:59:59.999Z")
        _ = try order("2025-09-12T20:59:59.999Z")
        _ = try order("2025-09-12T21:00:00.000Z")
        _ = try order("2025-09-10T10:00:00.000Z", tenant: "other")
        _ = try order(
            "2025-09-10T10:00:00.000Z", lines: [Sample.line(price: Money(minor: 500, try #require(Currency("JPY"))))])
        let figures = try figures()
        #expect(try figures.list("buckets").map { $0["orders"]?.int } == [2, 0, 1])
        #expect(try figures.list("buckets").map { $0["by_status"]?["confirmed"]?.int } == [1, 0, 0])
        #expect(figures["totals"]?["by_status"]?["pending"]?.int == 2)
        #expect(try days("average_order_value") == ["0.00", "1500.00", "0.00"])
        #expect(try self.figures(["currency": "JPY"])["totals"]?["orders"]?.int == 1)
        #expect(try self.figures(["currency": "JPY"])["totals"]?["revenue"]?.string == "0")
        let weeks = try self.figures(["group_by": "week"])
        #expect(try weeks.list("buckets").map { $0["orders"]?.int } == [3])
    }

    /// An order from before this column has its currency in the document.
    @Test func ordersFromBefore() throws {
        _ = try order("2025-09-10T10:00:00.000Z")
        _ = try tables.connection.run(Statement("UPDATE orders SET currency = NULL"))
        #expect(try figures()["totals"]?["orders"]?.int == 1)
        #expect(try figures(["currency": "EUR"])["totals"]?["orders"]?.int == 0)
    }

    /// Money counts on the day it moved; a refund changes that day, and the order's status the day it was made in.
    @Test func moneyOnTheRightDay() throws {
        var order = try order("2025-09-09T22:00:00Z", confirmed: "2025-09-10T20:59:00Z")
        try heard(
            "payment.completed", order, "p1", "2025-09-10T20:59:00Z",
            #""amount":"1700.00","surplus_amount":"200.00""#)
        #expect(try days("revenue") == ["1500.00", "0.00", "0.00"])
        let before = try figures()
        try heard("payment.refunded", order, "p1", "2025-09-10T21:00:00Z", #""amount":"200.00","surplus":true"#)
        #expect(try figures() == before)
        try heard(
            "payment.refunded", order, "p1", "2025-09-10T21:00:00Z", #""amount":"600.01","surplus":false"#, sequence: 2)
        #expect(try days("refunds") == ["0.00", "600.01", "0.00"])
        #expect(try days("net_revenue") == ["1500.00", "-600.01", "0.00"])
        order = try tables.run(Sample.paid(order.total), order, at: Self.time("2025-09-11T10:00:00Z"))
        order = try tables.run(Sample.refunded(order.total), order, at: Self.time("2025-09-11T10:00:00Z"))
        #expect(order.status == .refunded)
        #expect(try figures().list("buckets").map { $0["by_status"]?["refunded"]?.int } == [1, 0, 0])
        #expect(try days("average_order_value") == ["1500.00", "0.00", "0.00"])
    }

    @Test func meanIsRoundedHalfAwayFromZero() throws {
        for minor in [Int64(100), 101] {
            _ = try order(
                "2025-09-10T10:00:00Z", confirmed: "2025-09-10T11:00:00Z",
                lines: [Sample.line(price: Money(minor: minor, .uah), quantity: 1)])
        }
        #expect(try days("average_order_value")[0] == "1.01")
    }

    @Test func productsByRevenueThenById() throws {
        func buy(_ product: String, _ minor: Int64, _ quantity: Int64) throws {
            _ = try order(
                "2025-09-10T10:00:00Z", confirmed: "2025-09-10T11:00:00Z",
                lines: [Sample.line(product, price: Money(minor: minor, .uah), quantity: quantity)])
        }
        try buy("b", 1000, 1)
        try buy("a", 500, 2)
        try buy("c", 600, 2)
        try buy("c", 600, 1)
        let products = try figures().list("top_products")
        #expect(products.map { $0["product_id"]?.string } == ["c", "a", "b"])
        #expect(products.map { $0["revenue"]?.string } == ["18.00", "10.00", "10.00"])
        #expect(products.map { $0["quantity"]?.int } == [3, 2, 1])
        #expect(try figures(["top": "1"]).list("top_products").count == 1)
    }

    @Test func paymentsByProvider() throws {
        let order = try order("2025-09-10T10:00:00Z")
        for (payment, provider) in [("p1", "liqpay"), ("p2", "liqpay"), ("p3", "liqpay"), ("p4", "mono")] {
            try heard("payment.created", order, payment, "2025-09-10T10:00:00Z", #""provider":"\#(provider)""#)
        }
        // After the interval: they are of payments that were made in it.
        try heard("payment.failed", order, "p1", "2025-09-20T10:00:00Z", #""status":"failed""#, sequence: 2)
        try heard(
            "payment.completed", order, "p1", "2025-09-20T11:00:00Z", #""amount":"10.00","surplus_amount":"0.00""#,
            sequence: 3)
        try heard("payment.failed", order, "p2", "2025-09-20T10:00:00Z", #""status":"expired""#, sequence: 2)
        try heard("payment.failed", order, "p3", "2025-09-20T10:00:00Z", #""status":"cancelled""#, sequence: 2)
        let payments = try figures().list("payments")
        #expect(payments.map { $0["provider"]?.string } == ["liqpay", "mono"])
        #expect(payments.map { $0["payments"]?.int } == [3, 1])
        #expect(payments.map { $0["completed"]?.int } == [1, 0])
        #expect(payments.map { $0["failed"]?.int } == [1, 0])
        #expect(payments.map { $0["amount"]?.string } == ["10.00", "0.00"])
        #expect(payments.map { $0["success_rate"]?.string } == ["50.00", "0.00"])
    }

    @Test func promoCodesThatWereNotGivenBack() throws {
        let orders = try (0..<4).map { _ in try order("2025-09-10T10:00:00Z") }
        for (index, code) in ["B", "A", "B", "C"].enumerated() {
            try heard(
                "promo.redeemed", orders[index], code, "2025-09-10T10:00:00Z",
                #""redemption_id":"r\#(index)","code":"\#(code)","discount":"3.00","shipping_discount":"0.50""#)
        }
        try heard(
            "promo.redeemed", orders[0], "B", "2025-09-10T10:00:01Z",
            #""redemption_id":"r0","code":"B","discount":"3.00","shipping_discount":"0.50""#)
        try heard("promo.released", orders[3], "C", "2025-09-20T10:00:00Z", #""redemption_id":"r3""#)
        let codes = try figures().list("promo")
        #expect(codes.map { $0["code"]?.string } == ["B", "A"])
        #expect(codes.map { $0["uses"]?.int } == [2, 1])
        #expect(codes.map { $0["discount"]?.string } == ["7.00", "3.50"])
    }
}
