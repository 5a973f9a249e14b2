import Contracts
import Testing

@testable import Sandbox

@Suite("Stock") struct StockTests {
    private let stock: Stock

    init() throws {
        stock = Stock(clock: try TestClock("2025-09-15T10:00:00.000Z").clock)
        stock.setAvailable("a", 5)
        stock.setAvailable("b", 1)
    }

    private func event(_ kind: StockEvent.Kind, _ id: String, _ body: String) throws -> StockEvent {
        try StockEvent(kind, messageID: id, tenantID: "default", body: try JSONParser.parse(body))
    }

    private func created(_ order: String, _ lines: [(String, Int)]) throws -> StockEvent {
        let items = lines.map { "{\"product_id\":\"\($0.0)\",\"quantity\":\($0.1)}" }.joined(separator: ",")
        return try event(
            .orderCreated, "created-\(order)", "{\"order_id\":\"\(order)\",\"order\":{\"items\":[\(items)]}}")
    }

    @Test func reservesAllLinesOrNone() throws {
        let rejected = try #require(stock.handle(try created("1", [("a", 2), ("b", 2)])))
        #expect(rejected.kind == .rejected)
        #expect(
            String(decoding: rejected.body, as: UTF8.self)
                == "{\"order_id\":\"1\",\"reason\":\"out_of_stock\",\"items\":[{\"product_id\":\"b\",\"requested\":2,\"available\":1}]}"
        )
        #expect(stock.available("a") == 5)
        let reserved = try #require(stock.handle(try created("2", [("a", 2), ("b", 1)])))
        #expect(reserved.kind == .reserved)
        #expect(
            String(decoding: reserved.body, as: UTF8.self)
                == "{\"order_id\":\"2\",\"reservation_id\":\"rsv_2\",\"items\":[{\"product_id\":\"a\",\"quantity\":2},{\"product_id\":\"b\",\"quantity\":1}],\"expires_at\":\"2025-09-17T10:00:00.000Z\"}"
        )
        #expect(stock.available("a") == 3)
    }

    /// One product on two lines counts as the sum.
    @Test func addsUpLines() throws {
        #expect(stock.handle(try created("1", [("a", 3), ("a", 3)]))?.kind == .rejected)
        #expect(stock.available("a") == 5)
    }

    @Test func answersARepeatAsTheFirstTime() throws {
        let first = try #require(stock.handle(try created("1", [("a", 2)])))
        let again = try #require(stock.handle(try created("1", [("a", 2)])))
        #expect(first.messageID == again.messageID)
        #expect(first.body == again.body)
        #expect(stock.available("a") == 3)
    }

    @Test func givesBackOnce() throws {
        _ = stock.handle(try created("1", [("a", 2)]))
        let released = stock.handle(try event(.orderCancelled, "c1", "{\"order_id\":\"1\"}"))
        #expect(released?.kind == .released)
        #expect(stock.available("a") == 5)
        let refunded = try event(
            .orderRefunded, "r1", "{\"order_id\":\"1\",\"restock\":true,\"previous_status\":\"cancelled\"}")
        #expect(stock.handle(refunded) == nil)
        #expect(stock.available("a") == 5)
    }

    @Test func writesOffWhatWasShippedAndTakesReturnsBack() throws {
        _ = stock.handle(try created("1", [("a", 2)]))
        #expect(stock.handle(try event(.orderShipped, "s1", "{\"order_id\":\"1\"}")) == nil)
        let refunded = try event(
            .orderRefunded, "r1", "{\"order_id\":\"1\",\"restock\":false,\"previous_status\":\"delivered\"}")
        #expect(stock.handle(refunded) == nil)
        #expect(stock.available("a") == 3)
        let items = """
            [{"product_id":"a","quantity":2,"accepted_quantity":1,"restock":true},\
            {"product_id":"b","quantity":1,"accepted_quantity":1,"restock":false}]
            """
        #expect(stock.handle(try event(.returnReceived, "t1", "{\"order_id\":\"1\",\"items\":\(items)}")) == nil)
        #expect(stock.available("a") == 4)
        #expect(stock.available("b") == 1)
    }

    @Test func reservesNothingForACancelledOrder() throws {
        #expect(stock.handle(try event(.orderCancelled, "c1", "{\"order_id\":\"1\"}")) == nil)
        #expect(stock.handle(try created("1", [("a", 2)])) == nil)
        #expect(stock.available("a") == 5)
    }

    @Test func letsAReservationLapse() throws {
        _ = stock.handle(try created("1", [("a", 2)]))
        let released = try #require(stock.expire(tenantID: "default", orderID: "1"))
        #expect(String(decoding: released.body, as: UTF8.self).contains("reservation_expired"))
        #expect(stock.available("a") == 5)
        #expect(stock.expire(tenantID: "default", orderID: "1") == nil)
    }
}
