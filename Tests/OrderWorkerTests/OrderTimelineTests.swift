import Contracts
import Postgres
import Testing

@testable import OrderWorker
@testable import Worker

/// The timeline over a live database.
@Suite("Timeline", .serialized) struct OrderTimelineTests {
    /// An order and what it was after each step, with the time of the step.
    private struct Life {
        var order: Order
        var steps: [(time: Timestamp, document: [UInt8])] = []

        init(in tables: OrderTables) throws {
            order = try tables.create(Sample.order())
            steps.append((order.createdAt, order.document))
        }

        mutating func live(
            _ command: OrderCommand, by actor: Actor = .system, in tables: OrderTables
        ) throws {
            let time = (steps.last?.time ?? Sample.now).adding(.seconds(60))
            let before = order.version
            order = try tables.run(command, order, by: actor, at: time)
            #expect(order.version > before, "\(command)")
            steps.append((time, order.document))
        }
    }

    private static func life(in tables: OrderTables) throws -> Life {
        var life = try Life(in: tables)
        let staff = OrderTables.staff
        try life.live(.stock(.reserved, reason: nil), in: tables)
        try life.live(Sample.paid(life.order.total), in: tables)
        try life.live(.setStatus(.processing, reason: "packing"), by: staff, in: tables)
        try life.live(.setStatus(.shipped, reason: nil), by: staff, in: tables)
        try life.live(.setStatus(.delivered, reason: nil), by: staff, in: tables)
        let request = ReturnRequest(
            items: [.init(line: life.order.lines[0].id, quantity: 1)], reason: .other, comment: nil)
        try life.live(.requestReturn(request), by: staff, in: tables)
        try life.live(Sample.refunded(life.order.total), in: tables)
        #expect(life.order.status == .refunded)
        return life
    }

    private func answer(_ tables: OrderTables, _ order: Order, _ parameters: [String: String] = [:]) throws -> JSON {
        let reply = try tables.ask("order.timeline", parameters.merging(["id": order.id.description]) { $1 })
        try #require(reply.status == 200, "\(String(decoding: reply.body, as: UTF8.self))")
        return try JSONParser.parse(reply.body)
    }

    private func document(_ answer: JSON) throws -> [JSON.Member] {
        guard case .object(let members)? = answer["order"] else { throw StoredFormatError("order") }
        return members.filter { $0.name != "allowed_transitions" }
    }

    /// At every step, just before the next, and now: the order as it was.
    @Test func theOrderAsItWas() throws {
        let tables = try OrderTables()
        let life = try Self.life(in: tables)
        for (index, step) in life.steps.enumerated() {
            let next = index + 1 < life.steps.count ? life.steps[index + 1].time : step.time.adding(.seconds(60))
            guard case .object(let expected) = try JSONParser.parse(step.document) else { return }
            for time in [step.time, next.adding(.milliseconds(-1))] {
                let answer = try answer(tables, life.order, ["as_of": time.description, "limit": "100"])
                #expect(try document(answer) == expected, "step \(index)")
                #expect(answer["as_of"]?.string == time.description)
                let last = try answer.list("data").last?.text("time")
                #expect(try #require(last) <= time.description)
            }
        }
        guard case .object(let present) = try JSONParser.parse(life.order.document) else { return }
        #expect(try document(answer(tables, life.order)) == present)
    }

    @Test func everythingThatHappenedInOrder() throws {
        let tables = try OrderTables()
        let life = try Self.life(in: tables)
        let types = try answer(tables, life.order, ["limit": "100"]).list("data").map { try $0.text("type") }
        for type in [
            "order.created", "order.confirmed", "order.processing", "order.shipped", "order.delivered",
            "return.requested", "order.refunded", "payment.completed", "payment.refunded",
        ] {
            #expect(types.filter { $0 == type }.count == 1, "\(type)")
        }
        #expect(!types.contains("order.changed"))
        let own = types.filter { !$0.hasPrefix("payment.") }
        #expect(
            own == [
                "order.created", "order.confirmed", "order.processing", "order.shipped", "order.delivered",
                "return.requested", "order.refunded",
            ])
    }

    @Test(arguments: [1, 2, 4, 100]) func pages(limit: Int) throws {
        let tables = try OrderTables()
        let life = try Self.life(in: tables)
        let all = try answer(tables, life.order, ["limit": "100"]).list("data").map { try $0.text("id") }
        var seen: [String] = []
        var cursor: String?
        repeat {
            var parameters = ["limit": String(limit)]
            parameters["cursor"] = cursor
            let page = try answer(tables, life.order, parameters)
            seen += try page.list("data").map { try $0.text("id") }
            cursor = page["next_cursor"]?.string
            #expect(page["has_more"]?.bool == (cursor != nil))
        } while cursor != nil
        #expect(seen == all)
        #expect(Set(seen).count == seen.count)
    }

    @Test func faults() throws {
        let tables = try OrderTables()
        let order = try tables.create(Sample.order())
        let other = try tables.create(Sample.order())
        let later = try tables.run(.stock(.reserved, reason: nil), order, at: Sample.now.adding(.seconds(1)))
        try tables.append([Sample.event("order.processing")])
        func status(_ parameters: [String: String], _ id: Identifier, by actor: Actor = OrderTables.staff) throws -> Int
        {
            try tables.ask("order.timeline", parameters.merging(["id": id.description]) { $1 }, by: actor).status
        }
        let before = Sample.now.adding(.milliseconds(-1)).description
        #expect(try status(["as_of": before], order.id) == 404)
        #expect(try status(["as_of": "2999-01-01T00:00:00Z"], order.id) == 400)
        #expect(try status(["as_of": "yesterday"], order.id) == 400)
        #expect(try status(["limit": "101"], order.id) == 400)
        #expect(try status(["cursor": "abc"], order.id) == 400)
        #expect(try status([:], .new()) == 404)
        #expect(try status([:], order.id, by: Actor(.customer, id: "cust_43")) == 404)
        let confirmed = try tables.run(Sample.paid(order.total), later, at: Sample.now.adding(.seconds(2)))
        let cursor = try #require(try answer(tables, confirmed, ["limit": "1"])["next_cursor"]?.string)
        #expect(try status(["cursor": cursor], order.id) == 200)
        #expect(try status(["cursor": cursor], other.id) == 400)
        #expect(try status(["cursor": cursor, "as_of": Sample.now.description], order.id) == 400)
    }
}
