import Contracts
import Postgres
import Testing

@testable import PromoWorker
@testable import Worker

/// Lists and single codes over a live database.
@Suite("Codes that people look up") struct PromoReadsTests {
    private static let kinds = [
        "", #", "active": false"#, #", "type": "free_shipping", "value": 0"#,
        #", "type": "buy_x_get_y", "value": 0, "buy_quantity": 2, "get_quantity": 1, "active": false"#,
    ]

    /// Codes of two tenants, several of each kind and some of one instant.
    private func tables() throws -> (PromoTables, [PromoCode]) {
        let tables = try PromoTables()
        var codes: [PromoCode] = []
        for batch in 0..<5 {
            let messages = (0..<12).map { number in
                let stem = ["SUMMER-", "SUM_", "S", "WINTER"][number % 4]
                let kind = Self.kinds[(number + batch) % Self.kinds.count]
                return message("\(stem)\(batch)\(number)", kind, tenant: number == 11 ? "other" : "default")
            }
            let replies = try tables.process(messages).replies.map(\.reply.reply)
            #expect(replies.map(\.status) == Array(repeating: 201, count: 12))
        }
        for row in try tables.connection.run(Statement("SELECT \(PromoStore.columns) FROM promo_codes c")) {
            codes.append(try PromoStore.promoCode(row))
        }
        return (tables, codes.filter { $0.tenant == "default" })
    }

    private func message(_ code: String, _ kind: String, tenant: String) -> Message {
        let grant = kind.contains("type") ? "" : #", "type": "percentage", "value": "20""#
        return .to(
            "promo.create",
            """
            {"code": "\(code)", "valid_from": "2020-01-01T00:00:00Z", "valid_until": "2099-01-01T00:00:00Z"\(grant)\(kind)}
            """, actor: PromoTables.admin, tenant: tenant)
    }

    @Test func everyPageOfEveryFilter() throws {
        let (tables, codes) = try tables()
        let filters: [([String: String], (PromoCode) -> Bool)] = [
            ([:], { _ in true }), (["active": "true"], { $0.isActive }), (["active": "false"], { !$0.isActive }),
            (["type": "free_shipping"], { $0.grant.type == .freeShipping }),
            (["type": "percentage,buy_x_get_y"], { $0.grant.type != .freeShipping }),
            (["type": "fixed"], { _ in false }), (["code_prefix": "sum"], { $0.code.hasPrefix("SUM") }),
            (["code_prefix": "Summer-"], { $0.code.hasPrefix("SUMMER-") }), (["code_prefix": "Z"], { _ in false }),
            (
                ["code_prefix": "s", "active": "true", "type": "percentage"],
                { $0.code.hasPrefix("S") && $0.isActive && $0.grant.type == .percentage }
            ),
            (["active": "false", "type": "buy_x_get_y,fixed"], { !$0.isActive && $0.grant.type == .buyXGetY }),
        ]
        for (parameters, isWanted) in filters {
            for sort in ["-created_at", "created_at"] {
                let sorted = codes.filter(isWanted).sorted { ($0.createdAt, $0.code) < ($1.createdAt, $1.code) }
                let expected = (sort == "created_at" ? sorted : sorted.reversed()).map(\.code)
                var seen: [String] = []
                var asked = parameters.merging(["sort": sort, "limit": "7"]) { $1 }
                repeat {
                    let reply = try tables.ask("promo.list", asked)
                    try #require(reply.status == 200)
                    let page = try JSONParser.parse(reply.body)
                    seen += try page.list("data").map { try $0.text("code") }
                    #expect(page["has_more"]?.bool == (seen.count < expected.count))
                    asked["cursor"] = page["next_cursor"]?.string
                } while asked["cursor"] != nil && seen.count < codes.count
                #expect(seen == expected, "\(parameters) \(sort)")
            }
        }
    }

    @Test(arguments: [
        ("active", "yes", ProblemCode.invalidParameter), ("type", "gift", .invalidParameter),
        ("code_prefix", "", .invalidParameter), ("code_prefix", "A B", .invalidParameter),
        ("code_prefix", String(repeating: "A", count: 33), .invalidParameter), ("limit", "0", .invalidParameter),
        ("sort", "code", .invalidParameter), ("created_from", "2025-01-01T00:00:00Z", .unknownParameter),
        ("cursor", "x", .invalidCursor),
    ])
    func refusesOtherParameters(name: String, value: String, code: ProblemCode) throws {
        let query = Message.to("promo.list", "", actor: PromoTables.admin, parameters: [name: value])
        #expect { try PromoFilter(query, PromoTables.cursors) } throws: { ($0 as? Refusal)?.problem.code == code }
    }

    /// A page of a large shop reads an index, whichever way it goes.
    @Test(
        arguments: [
            ([:], "promo_codes_created"), (["sort": "created_at"], "promo_codes_created"),
            (["active": "false"], "promo_codes_active"), (["type": "fixed"], "promo_codes_type"),
            (["type": "fixed,percentage", "active": "true"], "promo_codes_type"),
            (["code_prefix": "shop-77"], "promo_codes_pkey"),
        ] as [([String: String], String)])
    func eachWayHasAnIndex(parameters: [String: String], index: String) throws {
        let tables = try PromoTables()
        try tables.fill(20_000)
        let query = Message.to("promo.list", "", actor: PromoTables.admin, parameters: parameters)
        let statement = try PromoFilter(query, PromoTables.cursors).statement
        let plan = try tables.connection.run(Statement("EXPLAIN " + statement.sql, statement.parameters))
            .map { try $0.text(0) }.joined(separator: "\n")
        #expect(plan.contains(index), "\(plan)")
        #expect(!plan.contains("Seq Scan"))
    }

    @Test func oneCode() throws {
        let tables = try PromoTables()
        let created = try tables.process([.create("SUMMER20"), .create("SUMMER20", tenant: "other")]).replies
        let found = try tables.ask("promo.get", ["code": "Summer20"])
        #expect(found.status == 200)
        #expect(found.body == created[0].reply.reply.body)
        #expect(found.headers["ETag"] == "\"1\"")
        #expect(try tables.ask("promo.get", ["code": "SUMMER20", "if-none-match": "\"1\""]).status == 304)
        #expect(try tables.ask("promo.get", ["code": "SUMMER20"], tenant: "third").status == 404)
        for code in ["NONE", "", "\0", "ЛІТО"] {
            #expect(try tables.ask("promo.get", ["code": code]).status == 404)
        }
        for type in ["promo.get", "promo.list"] {
            #expect(try tables.ask(type, ["code": "SUMMER20"], by: Actor(.staff, id: "s")).status == 403)
        }
    }

    @Test func changesAreStored() throws {
        let tables = try PromoTables()
        try tables.process([.create("SUMMER20", #", "max_uses": 5, "description": "Sale""#)])
        try tables.process([.redeem("SUMMER20", .new(), "cust_42")])
        let patch =
            #"{"active": false, "max_uses": null, "max_uses_per_customer": 3, "valid_until": "2030-01-01T00:00:00Z"}"#
        let result = try tables.process([
            .update("summer20", patch, ifMatch: "\"2\""), .update("SUMMER20", #"{"description": null}"#),
            .update("SUMMER20", #"{"active": true}"#, tenant: "other"),
        ])
        #expect(result.replies.map(\.reply.reply.status) == [200, 200, 404])
        #expect(result.events.map(\.type) == ["promo.updated", "promo.updated"])
        #expect(result.events.map(\.sequence) == [3, 4])
        let found = try tables.ask("promo.get", ["code": "SUMMER20"])
        #expect(found.body == result.replies[1].reply.reply.body)
        #expect(found.headers["ETag"] == "\"4\"")
        let code = try JSONParser.parse(found.body)
        #expect(code["active"]?.bool == false)
        #expect(code["max_uses"] == nil)
        #expect(code["max_uses_per_customer"]?.int == 3)
        #expect(code["description"] == nil)
        #expect(code["current_uses"]?.int == 1)
        #expect(code["valid_until"]?.string == "2030-01-01T00:00:00.000Z")
        #expect(try tables.process([.redeem("SUMMER20", .new(), "b")]).events.map(\.type) == ["promo.rejected"])
    }

    /// A preview reads the code again a quarter of a second after a change at the latest.
    @Test func previewsFollowAChange() throws {
        let tables = try PromoTables()
        try tables.process([.create("SUMMER20")])
        let clock = Timestamp.now
        let cache = PromoCodeCache()
        func isValid(after wait: Duration) throws -> JSON? {
            let queries = PromoQueries(cursors: PromoTables.cursors, cache: cache) { clock.adding(wait) }
            let query = Message.to("promo.validate", #"{"code": "SUMMER20", "order_total": "10.00"}"#)
            let reply = try #require(try queries.answer([query]) { try tables.connection.pipeline($0) }.first)
            return try JSONParser.parse(reply.body)["valid"]
        }
        #expect(try isValid(after: .zero) == .bool(true))
        try tables.process([.update("SUMMER20", #"{"active": false}"#)])
        #expect(try isValid(after: .milliseconds(250)) == .bool(false))
    }

    @Test(arguments: ["AB", "A", "SUMMER20", "Z_-9", String(repeating: "_", count: 32), "-_0-9AZ_"])
    func codesFitIntoPlaces(text: String) throws {
        var made = PromoCode.sample(.freeShipping)
        made = PromoCode(
            code: text, tenant: made.tenant, grant: made.grant, currency: made.currency, validFrom: made.validFrom,
            validUntil: made.validUntil, createdAt: made.createdAt, updatedAt: made.updatedAt)
        let place = PagePlace(made)
        #expect(place.code == text)
        let cursor = PromoTables.cursors.cursor(after: place, of: ["x"])
        #expect(PromoTables.cursors.place(cursor, of: ["x"])?.code == text)
        #expect(PagePlace.first.code.isEmpty)
    }
}
