import Contracts
import Postgres
import TestSupport
import Testing

@testable import PromoWorker
@testable import Worker

/// The worker's SQL under the runtime's own transaction, on a real server.
@Suite("Promo codes in the database") struct PromoStoreTests {
    @Test func whatIsStoredIsReadBack() throws {
        let place = try PromoTables()
        let members = """
            , "min_order_value": "500.00", "max_discount": "400.00", "max_uses": 1000, "max_uses_per_customer": 1,
              "categories": ["audio"], "products": ["z", "y"], "customer_ids": ["cust_42"], "is_first_order": true,
              "description": "Літо"
            """
        let deal = """
            {"code": "B2G1", "type": "buy_x_get_y", "buy_quantity": 2, "get_quantity": 1, "max_repeats": 3,
             "valid_from": "2020-01-01T00:00:00Z", "valid_until": "2099-01-01T00:00:00Z"}
            """
        let created = try place.process([
            .create("SUMMER20", members), .to("promo.create", deal, actor: Actor(.service, id: "s")),
        ])
        #expect(created.replies.map(\.reply.reply.status) == [201, 201])
        let keys = ["SUMMER20", "B2G1"].map { PromoKey(tenant: "default", code: $0) }
        let codes = try place.connection.run(PromoStore.read(keys)).map { try PromoStore.promoCode($0) }
        let stored = Dictionary(codes.map { ($0.code, $0.jsonBytes) }) { first, _ in first }
        #expect(stored["SUMMER20"] == created.replies[0].reply.reply.body)
        #expect(stored["B2G1"] == created.replies[1].reply.reply.body)
        #expect(codes.first { $0.code == "SUMMER20" }?.categories == ["audio"])
    }

    @Test func aCodeIsTakenOnce() throws {
        let place = try PromoTables()
        let replies = try place.process([.create("ONCE"), .create("once")]).replies.map(\.reply.reply)
        #expect(replies.map(\.status) == [201, 409])
        #expect(try place.process([.create("Once")]).replies.map(\.reply.reply.status) == [409])
        let raced = PromoHandler().refusal(
            forConstraint: "promo_codes_pkey",
            Work(
                message: .create("ONCE"), key: PromoKey(tenant: "default", code: "ONCE"), command: .know(customerID: "")
            )
        )
        #expect(raced?.code == .codeTaken)
    }

    @Test func anOrderUsesACodeOnceAndGivesItBackOnce() throws {
        let place = try PromoTables()
        let order = Identifier.new()
        try place.process([.create("SUMMER20", #", "max_uses": 1"#)])
        let first = try place.process([.redeem("SUMMER20", order, "cust_42")]).events
        let again = try place.process([.redeem("summer20", order, "cust_42")]).events
        #expect(first.map(\.type) == ["promo.redeemed"])
        #expect(again.map(\.body) == first.map(\.body))
        #expect(again.map(\.isPublic) == [false])
        #expect(
            try place.process([.redeem("SUMMER20", Identifier.new(), "x")]).events.map(\.type) == ["promo.rejected"])

        let refunded = Message.to(
            "order.refunded",
            #"{"order_id": "\#(order)", "customer_id": "cust_42", "previous_status": "confirmed", "restock": true}"#)
        let released = try place.process([refunded]).events
        #expect(released.map(\.type) == ["promo.released"])
        #expect(released.map(\.sequence) == [3])
        let body = try JSONParser.parse(released[0].body)
        #expect(body["reason"]?.string == "order_refunded")
        #expect(body["current_uses"]?.int == 0)
        #expect(try place.process([refunded]).events.isEmpty)
        let second = Message.to("order.refunded", String(decoding: refunded.body, as: UTF8.self))
        #expect(try place.process([second]).events.isEmpty)
        #expect(try place.process([.redeem("SUMMER20", order, "cust_42")]).events.map(\.sequence) == [4])
        #expect(try place.count("SELECT count(*) FROM redemptions") == 1)
    }

    @Test func theVersionOfTheRequestIsStored() throws {
        let place = try PromoTables()
        let order = Identifier.new()
        try place.process([.create("SUMMER20")])
        func release(before version: Int64) throws -> [String] {
            let body = """
                {"code": "SUMMER20", "order_id": "\(order)", "order_version": \(version), "reason": "order_not_created"}
                """
            return try place.process([.to("promo.release", body)]).events.map(\.type)
        }
        try place.process([.redeem("SUMMER20", order, "cust_42", at: 1)])
        try place.process([.redeem("SUMMER20", order, "cust_42", at: 5)])
        #expect(try release(before: 5).isEmpty)
        #expect(try release(before: 6) == ["promo.released"])
    }

    @Test func limitsAreExactUnderConcurrency() async throws {
        let place = try PromoTables()
        try place.process([.create("FIFTY", #", "max_uses": 50, "max_uses_per_customer": 3"#)])
        let schema = place.name
        var events: [Event] = []
        try await withThrowingTaskGroup(of: [Event].self) { group in
            for worker in 0..<4 {
                group.addTask {
                    try await onThread {
                        let place = try PromoTables(sharing: schema)
                        return try (0..<10).flatMap { round in
                            try place.process(
                                (0..<10).map {
                                    .redeem("FIFTY", Identifier.new(), "cust_\((worker + round + $0) % 40)")
                                }
                            ).events
                        }
                    }
                }
            }
            for try await some in group { events += some }
        }
        var uses: [String: Int64] = [:]
        for event in events where event.type == "promo.redeemed" {
            uses[try JSONParser.parse(event.body).text("customer_id"), default: 0] += 1
        }
        let rejected = events.count { $0.type == "promo.rejected" }
        #expect(uses.values.reduce(0, +) + Int64(rejected) == 400)
        #expect(uses.values.allSatisfy { $0 <= 3 })
        let expected = uses.values.reduce(0, +)
        #expect(try place.count("SELECT current_uses FROM promo_codes") == expected)
        #expect(try place.count("SELECT count(*) FROM redemptions") == expected)
        #expect(expected == 50)
    }

    @Test func aCustomerHoldsOneFirstOrderCode() async throws {
        let place = try PromoTables()
        try place.process(["WELCOME", "HELLO"].map { .create($0, #", "is_first_order": true"#) })
        // In one batch.
        let events = try place.processOneByOneOnFault([
            .redeem("WELCOME", Identifier.new(), "a"), .redeem("HELLO", Identifier.new(), "a"),
        ])
        #expect(events.map(\.type) == ["promo.redeemed", "promo.rejected"])
        // In two processes at once, for many customers: nothing fails, each has one.
        let schema = place.name
        try await withThrowingTaskGroup(of: Void.self) { group in
            for code in ["WELCOME", "HELLO"] {
                group.addTask {
                    try await onThread {
                        let place = try PromoTables(sharing: schema)
                        for customer in 0..<50 {
                            try place.process([.redeem(code, Identifier.new(), "cust_\(customer)")])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try place.count("SELECT count(*) FROM redemptions") == 51)
    }

    @Test func aKnownCustomerHasNoFirstOrder() throws {
        let place = try PromoTables()
        try place.process([.create("WELCOME", #", "is_first_order": true"#)])
        let confirmed = Message.to("order.confirmed", #"{"customer_id": "cust_42"}"#)
        #expect(
            try place.process([confirmed, .to("order.confirmed", #"{"customer_id": "cust_42"}"#)]).events.isEmpty)
        let events = try place.process([.redeem("WELCOME", Identifier.new(), "cust_42")]).events
        #expect(try JSONParser.parse(events[0].body).list("reasons").map { $0["code"]?.string } == ["not_first_order"])
        let query = Message.to(
            "promo.validate", #"{"code": "welcome", "order_total": "10.00"}"#, actor: Actor(.customer, id: "cust_42"))
        let other = Message.to(
            "promo.validate", #"{"code": "welcome", "order_total": "10.00"}"#, actor: Actor(.customer, id: "cust_7"))
        let replies = try PromoQueries(cursors: PromoTables.cursors).answer([query, other]) {
            try place.connection.pipeline($0)
        }
        #expect(try replies.map { try JSONParser.parse($0.body)["valid"] } == [.bool(false), .bool(true)])
    }
}
