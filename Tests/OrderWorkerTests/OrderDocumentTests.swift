import Contracts
import Testing

@testable import OrderWorker

/// What is stored reads back as what it was.
@Suite struct OrderDocumentTests {
    private func roundTrip(_ order: Order) throws -> Order {
        try Order(document: try JSONParser.parse(order.document), memory: try JSONParser.parse(order.memory))
    }

    @Test func plain() throws {
        let order = Sample.order()
        #expect(try roundTrip(order) == order)
    }

    @Test func everything() throws {
        var order = Sample.order(
            lines: [Sample.line("a", quantity: 3), Sample.line("b\"\\\n", price: Money(minor: 1, .uah), quantity: 1)])
        order.status = .cancelled
        order.stockStatus = .rejected
        order.version = 9
        order.promoCode = "SUMMER20"
        order.amountPaid = Money(minor: 5, .uah)
        order.amountRefunded = Money(minor: 4, .uah)
        order.shippingCost = Money(minor: 9500, .uah)
        order.shippingTax = Money(minor: 1583, .uah)
        order.delivery = .init(
            carrier: .novaposhta, service: .branch, cityRef: "c", branchRef: "b", quoteSource: "carrier",
            estimatedDate: "2025-09-17")
        order.cancellation = .init(reason: "payment_expired", by: .system, at: Sample.now)
        order.expiresAt = nil
        order.confirmedAt = Sample.now
        order.shippedAt = Sample.now.adding(.seconds(1))
        order.deliveredAt = Sample.now.adding(.seconds(2))
        order.payments = [
            .init(id: .new(at: Sample.now), status: .failed, sequence: 2),
            .init(id: .new(at: Sample.now), status: .unknown, sequence: 7),
        ]
        order.shipments = [
            .init(
                id: .new(at: Sample.now), carrier: "meest", status: .returning, trackingNumber: "1",
                trackingURL: "https://example.com/?a=1&b=2", isHandedOver: true,
                units: [order.lines[0].id: 2, order.lines[1].id: 1], deliveredAt: Sample.now, sequence: 4)
        ]
        #expect(try roundTrip(order) == order)
    }

    @Test(arguments: [("JPY", Int64(999)), ("KWD", 1_005), ("UAH", 7)]) func currencies(code: String, minor: Int64)
        throws
    {
        let currency = try #require(Currency(code))
        let order = Sample.order(
            lines: [Sample.line(price: Money(minor: minor, currency), quantity: 1)], currency: currency)
        #expect(try roundTrip(order) == order)
    }

    /// What the client sees names what it may do next, spliced into the stored bytes.
    @Test func viewIsTheDocumentAndTransitions() throws {
        let order = Sample.order()
        let body = OrderView.body(
            document: order.document,
            allowed: OrderTransitions.allowed(for: Actor(.customer, id: Sample.customer), order))
        let json = try JSONParser.parse(body)
        #expect(json["allowed_transitions"]?.array?.compactMap(\.string) == ["cancelled"])
        #expect(json["total"]?.string == "1500.00")
    }
}
