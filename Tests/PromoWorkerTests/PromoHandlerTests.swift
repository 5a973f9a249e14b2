import Contracts
import Testing
import Worker

@testable import PromoWorker

@Suite("Messages of the promo worker") struct PromoHandlerTests {
    private let handler = PromoHandler()

    private func message(_ type: String, _ body: String, _ actor: Actor = Actor(.admin, id: "admin_1")) -> Message {
        Message(
            id: Identifier(high: 0x7000, low: 1), type: type, tenant: "default", actor: actor, body: Array(body.utf8))
    }

    private func problem(_ body: String, _ actor: Actor = Actor(.admin, id: "admin_1")) throws -> Problem? {
        guard case .refusal(let problem) = try handler.intake(message("promo.create", body, actor)) else { return nil }
        return problem
    }

    @Test func createsWhatTheContractShows() throws {
        let body = """
            {"code": "summer20", "type": "percentage", "value": "20", "min_order_value": "500.00", "max_discount": "400.00",
             "max_uses": 1000, "max_uses_per_customer": 1, "valid_from": "2025-06-01T00:00:00Z",
             "valid_until": "2025-12-01T00:00:00Z", "description": "Summer sale"}
            """
        let request = message("promo.create", body)
        guard case .command(let key, let command) = try handler.intake(request) else {
            Issue.record("should be a command")
            return
        }
        #expect(key == PromoKey(tenant: "default", code: "SUMMER20"))
        let context = DecisionContext(message: request, now: .of("2025-05-20T09:00:00Z"))
        let decision = handler.rules.decide(command, nil, context)
        #expect(decision.answer == .resource(status: 201))
        let state = handler.rules.evolve(nil, try #require(decision.changes.first), context)
        let reply = handler.reply(status: 201, state, to: request)
        #expect(reply.headers == ["ETag": "\"1\"", "Location": "/api/v1/promo/SUMMER20"])
        #expect(
            String(decoding: reply.body, as: UTF8.self) == """
                {"code":"SUMMER20","tenant_id":"default","type":"percentage","value":"20.00","currency":"UAH",\
                "min_order_value":"500.00","max_discount":"400.00","max_uses":1000,"max_uses_per_customer":1,\
                "current_uses":0,"valid_from":"2025-06-01T00:00:00.000Z","valid_until":"2025-12-01T00:00:00.000Z",\
                "is_first_order":false,"active":true,"description":"Summer sale","version":1,\
                "created_at":"2025-05-20T09:00:00.000Z","updated_at":"2025-05-20T09:00:00.000Z"}
                """)
        let again = handler.rules.decide(command, state, context)
        guard case .refusal(let problem) = again.answer else {
            Issue.record("should be taken")
            return
        }
        #expect(problem.code == .codeTaken)
        #expect(again.changes.isEmpty)
    }

    @Test(arguments: [
        (#"{}"#, ["/code required", "/type required", "/valid_from required", "/valid_until required"]),
        (#"{"code": "-X", "type": "percentage", "value": "0"}"#, ["/code invalid_format", "/value too_small"]),
        (#"{"code": "AB", "type": "percentage", "value": "100.01"}"#, ["/value too_large"]),
        (#"{"code": "AB", "type": "percentage", "value": "5.001"}"#, ["/value too_many_digits"]),
        (#"{"code": "AB", "type": "percentage"}"#, ["/value required"]),
        (
            #"{"code": "AB", "type": "fixed", "value": 0, "max_discount": "1.00", "buy_quantity": 2}"#,
            ["/value too_small", "/max_discount not_allowed", "/buy_quantity not_allowed"]
        ),
        (
            #"{"code": "AB", "type": "buy_x_get_y", "value": "5.00"}"#,
            ["/value not_allowed", "/buy_quantity required", "/get_quantity required"]
        ),
        (
            #"{"code": "AB", "type": "free_shipping", "products": ["a", "a"], "customer_ids": ["a b"]}"#,
            ["/products/1 duplicate", "/customer_ids/0 invalid_format"]
        ),
        (
            #"{"code": "AB", "type": "free_shipping", "valid_from": "2025-06-01T00:00:00Z", "valid_until": "2025-06-01T00:00:00Z"}"#,
            ["/valid_until too_small"]
        ),
    ])
    func tellsAllFaults(_ body: String, _ faults: [String]) throws {
        let problem = try #require(try problem(body))
        #expect(problem.code == .validationFailed)
        let told = Set(problem.errors.map { "\($0.pointer ?? "") \($0.code)" })
        #expect(told.isSuperset(of: faults))
        let windows = ["/valid_from required", "/valid_until required"]
        #expect(told.subtracting(windows) == Set(faults).subtracting(windows))
    }

    @Test func refusesOthersAndReservedWords() throws {
        let body =
            #"{"code": "validate", "type": "free_shipping", "valid_from": "2025-06-01T00:00:00Z", "valid_until": "2025-07-01T00:00:00Z"}"#
        #expect(try problem(body)?.code == .reservedCode)
        #expect(try problem(body, Actor(.staff, id: "s"))?.code == .forbidden)
        #expect(try problem("{", Actor(.service, id: "s"))?.code == .malformedJSON)
    }

    @Test(arguments: [
        (
            "order.cancelled", #"{"order_id": "ORDER", "reason": "Changed my mind", "promo_code": "SUMMER20"}"#,
            "SUMMER20 order_cancelled"
        ),
        (
            "order.cancelled", #"{"order_id": "ORDER", "reason": "payment_expired", "promo_code": "SUMMER20"}"#,
            "SUMMER20 order_expired"
        ),
        ("order.cancelled", #"{"order_id": "ORDER", "reason": "stock_rejected"}"#, ""),
        (
            "order.refunded", #"{"order_id": "ORDER", "previous_status": "confirmed", "restock": true}"#,
            " order_refunded"
        ),
        ("order.refunded", #"{"order_id": "ORDER", "previous_status": "cancelled", "restock": true}"#, ""),
        ("order.refunded", #"{"order_id": "ORDER", "previous_status": "shipped", "restock": false}"#, ""),
        (
            "promo.release", #"{"code": "summer20", "order_id": "ORDER", "reason": "order_not_created"}"#,
            "SUMMER20 order_not_created"
        ),
        (
            "promo.release",
            #"{"code": "summer20", "order_id": "ORDER", "order_version": 3, "reason": "order_not_created"}"#,
            "SUMMER20 order_not_created 3"
        ),
    ])
    func readsReleases(_ type: String, _ body: String, _ expected: String) throws {
        let order = Identifier(high: 0x7001, low: 1)
        let text = body.replacing("ORDER", with: order.description)
        switch try handler.intake(message(type, text, .system)) {
        case .command(let key, .release(order, let reason, let before)):
            #expect("\(key.code) \(reason.rawValue)\(before.map { " \($0)" } ?? "")" == expected)
        case .ignored: #expect(expected.isEmpty)
        default: Issue.record("neither released nor ignored")
        }
    }
}
