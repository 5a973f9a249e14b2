import Contracts
import Postgres
import TestSupport
import Testing

@testable import OrderWorker
@testable import Worker

/// Lists over a live database.
@Suite("Lists of orders", .serialized) struct OrderListTests {
    /// What the filters look at, of one stored order.
    private struct Entry {
        let order: Order
        var status = OrderStatus.pending
        var paymentStatus = OrderPaymentStatus.unpaid
        var fulfilmentStatus = FulfilmentStatus.unfulfilled
        var promoCode: String?
    }

    private static func entry(_ random: inout SeededNumbers, _ number: Int) -> Entry {
        // Few instants, so that many orders share one.
        let time = Sample.now.adding(.milliseconds(Int64.random(in: 0..<12, using: &random)))
        let order = Sample.order(
            tenant: ["default", "other"].randomElement(using: &random) ?? "",
            customer: "cust_\(Int.random(in: 0..<3, using: &random))", reference: number % 7 == 0 ? "R-\(number)" : nil,
            at: time)
        return Entry(
            order: order, status: OrderStatus.allCases.randomElement(using: &random) ?? .pending,
            paymentStatus: OrderPaymentStatus.allCases.randomElement(using: &random) ?? .unpaid,
            fulfilmentStatus: FulfilmentStatus.allCases.randomElement(using: &random) ?? .unfulfilled,
            promoCode: [nil, "SUMMER20", "WINTER"].randomElement(using: &random) ?? nil)
    }

    private static func store(_ entries: [Entry], in tables: OrderTables) throws {
        try tables.insert(entries.map(\.order))
        _ = try tables.connection.run(
            Statement(
                """
                UPDATE orders SET status = new.status, payment_status = new.payment_status,
                    fulfilment_status = new.fulfilment_status, promo_code = new.promo_code
                FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
                    AS new (id, status, payment_status, fulfilment_status, promo_code)
                WHERE orders.id = new.id
                """,
                [
                    .ids(entries.map(\.order.id)), .texts(entries.map(\.status.rawValue)),
                    .texts(entries.map(\.paymentStatus.rawValue)), .texts(entries.map(\.fulfilmentStatus.rawValue)),
                    .textArray(entries.map(\.promoCode)),
                ]))
    }

    /// One way through a list, page after page.
    private struct Walk {
        let parameters: [String: String]
        let expected: [Identifier]
        var seen: [Identifier] = []
        var cursor: String?
        var isOver = false

        init(_ random: inout SeededNumbers, _ entries: [Entry]) {
            var wanted = entries.filter { $0.order.tenant == "default" }
            var parameters: [String: String] = [:]
            func words<Word: RawRepresentable<String>>(_ all: [Word]) -> [Word] {
                Array(all.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                let some = words(OrderStatus.allCases)
                parameters["status"] = some.map(\.rawValue).joined(separator: ",")
                wanted.removeAll { !some.contains($0.status) }
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                let some = words(OrderPaymentStatus.allCases)
                parameters["payment_status"] = some.map(\.rawValue).joined(separator: ",")
                wanted.removeAll { !some.contains($0.paymentStatus) }
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                let some = words(FulfilmentStatus.allCases)
                parameters["fulfilment_status"] = some.map(\.rawValue).joined(separator: ",")
                wanted.removeAll { !some.contains($0.fulfilmentStatus) }
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                parameters["promo_code"] = "summer20"
                wanted.removeAll { $0.promoCode != "SUMMER20" }
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                parameters["customer_id"] = "cust_1"
                wanted.removeAll { $0.order.customerID != "cust_1" }
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                let (from, to) = (Sample.now.adding(.milliseconds(2)), Sample.now.adding(.milliseconds(9)))
                parameters["created_from"] = from.description
                parameters["created_to"] = to.description
                wanted.removeAll { $0.order.createdAt < from || $0.order.createdAt >= to }
            }
            let isAscending = Bool.random(using: &random)
            parameters["sort"] = isAscending ? "created_at" : "-created_at"
            let ids = wanted.sorted { ($0.order.createdAt, $0.order.id) < ($1.order.createdAt, $1.order.id) }
                .map(\.order.id)
            self.parameters = parameters
            expected = isAscending ? ids : ids.reversed()
        }

        mutating func step(_ tables: OrderTables, limit: Int) throws {
            var asked = parameters
            asked["limit"] = String(limit)
            asked["cursor"] = cursor
            let reply = try tables.ask("order.list", asked)
            try #require(reply.status == 200, "\(asked) \(String(decoding: reply.body, as: UTF8.self))")
            let page = try JSONParser.parse(reply.body)
            let ids = try page.list("data").map { try $0.id("id") }
            #expect(ids.count <= limit)
            seen += ids
            cursor = page["next_cursor"]?.string
            isOver = cursor == nil
            #expect(page["has_more"]?.bool == !isOver)
            #expect((reply.headers["Link"] != nil) == !isOver)
            #expect(isOver || ids.count == limit)
        }
    }

    /// However the pages of several lists come in turn, and whatever is ordered between them: every list has each of its
    /// orders once, in order. What came in between may be there or not, but not twice.
    @Test(arguments: 0..<6) func everyOrderOnce(seed: UInt64) throws {
        let tables = try OrderTables()
        var random = SeededNumbers(state: seed)
        let entries = (0..<150).map { Self.entry(&random, $0) }
        try Self.store(entries, in: tables)
        var walks = (0..<12).map { _ in Walk(&random, entries) }
        while let index = walks.indices.filter({ !walks[$0].isOver }).randomElement(using: &random) {
            try walks[index].step(tables, limit: Int.random(in: 1...20, using: &random))
            guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
            try Self.store([Self.entry(&random, 1)], in: tables)
        }
        for walk in walks {
            #expect(Set(walk.seen).count == walk.seen.count, "\(walk.parameters)")
            let known = Set(walk.expected)
            #expect(walk.seen.filter(known.contains) == walk.expected, "\(walk.parameters)")
        }
    }

    @Test func byReferenceAndForACustomer() throws {
        let tables = try OrderTables()
        let orders = [
            Sample.order(reference: "WEB-1"), Sample.order(customer: "cust_7", reference: "WEB-2"),
            Sample.order(tenant: "other", reference: "WEB-1"),
        ]
        try tables.insert(orders)
        func ids(_ parameters: [String: String], by actor: Actor = OrderTables.staff) throws -> [Identifier] {
            try JSONParser.parse(try tables.ask("order.list", parameters, by: actor).body).list("data")
                .map { try $0.id("id") }
        }
        #expect(try ids(["reference": "WEB-1"]) == [orders[0].id])
        #expect(try ids(["reference": "WEB-2", "customer_id": "cust_42"]).isEmpty)
        #expect(try ids([:], by: Actor(.customer, id: "cust_7")) == [orders[1].id])
        #expect(try ids(["reference": "WEB-1"], by: Actor(.customer, id: "cust_7")).isEmpty)
        #expect(try tables.ask("order.list", ["cursor": "abc"]).status == 400)
    }

    @Test func returnsOfOneOrder() throws {
        let tables = try OrderTables()
        var orders = [Sample.order(), Sample.order(customer: "cust_7")]
        for index in orders.indices {
            orders[index].status = .delivered
            orders[index].deliveredAt = Sample.now
            orders[index].lines[0].shippedQuantity = 2
            orders[index].handShipped = [orders[index].lines[0].id: 2]
        }
        try tables.insert(orders)
        for (place, order) in orders.enumerated() {
            var order = order
            for step in 0..<2 {
                let request = ReturnRequest(
                    items: [.init(line: order.lines[0].id, quantity: 1)], reason: .other,
                    comment: nil)
                order = try tables.run(
                    .requestReturn(request), order, by: OrderTables.staff,
                    at: Sample.now.adding(.seconds(Int64(place + step * 2 + 1))))
            }
            #expect(order.returns.count == 2)
        }
        func page(_ parameters: [String: String]) throws -> JSON {
            let reply = try tables.ask("return.list", parameters)
            #expect(reply.status == 200)
            return try JSONParser.parse(reply.body)
        }
        var seen: [String] = []
        var cursor: String?
        repeat {
            let answer = try page(
                ["limit": "1", "sort": "created_at"].merging(cursor.map { ["cursor": $0] } ?? [:]) { $1 })
            seen += try answer.list("data").map { try $0.text("order_id") }
            cursor = answer["next_cursor"]?.string
        } while cursor != nil
        #expect(seen == [0, 1, 0, 1].map { orders[$0].id.description })
        #expect(try page(["order_id": orders[0].id.description]).list("data").count == 2)
        #expect(try page(["customer_id": "cust_7", "status": "requested"]).list("data").count == 2)
        #expect(try page(["status": "approved,rejected"]).list("data").isEmpty)
    }
}
