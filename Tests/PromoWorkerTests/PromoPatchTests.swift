import Contracts
import Testing
import Worker

@testable import PromoWorker

@Suite("Changes of a code") struct PromoPatchTests {
    private static let now = Timestamp.of("2025-06-01T00:00:00Z")
    private let decider = PromoDecider()

    private static func code() -> PromoCode {
        var code = PromoCode.sample(.percentage(Percent(hundredths: 2000)))
        code.maxUses = 10
        code.currentUses = 5
        code.note = "Summer sale"
        code.version = 7
        return code
    }

    private func read(_ body: String) throws -> Result<PromoPatch, Refusal> {
        PromoPatch.read(try JSONParser.parse(body))
    }

    private func decide(_ body: String, ifMatch: String? = nil) throws -> (Decision<PromoChange>, PromoCode?) {
        let message = Message.update("SUMMER20", body, ifMatch: ifMatch)
        let context = DecisionContext(message: message, now: Self.now)
        let state = Promo(key: PromoKey(tenant: "default", code: "SUMMER20"), code: Self.code())
        let decision = decider.decide(.update(try read(body).get()), state, context)
        let after = decision.changes.reduce(state) { decider.evolve($0, $1, context) }
        return (decision, after.code)
    }

    @Test func changesWhatIsSent() throws {
        let patch = """
            {"active": false, "description": null, "max_uses": 3, "max_uses_per_customer": 2,
             "valid_from": "2025-02-01T00:00:00Z", "valid_until": "2025-10-01T00:00:00+03:00"}
            """
        let (decision, after) = try decide(patch, ifMatch: "\"7\"")
        #expect(decision.answer == .resource(status: 200))
        var expected = Self.code()
        expected.isActive = false
        expected.note = nil
        expected.maxUses = 3
        expected.maxUsesPerCustomer = 2
        expected.validFrom = .of("2025-02-01T00:00:00Z")
        expected.validUntil = .of("2025-09-30T21:00:00Z")
        expected.version = 8
        expected.updatedAt = Self.now
        #expect(after == expected)
    }

    /// Each member by itself; the others stay.
    @Test(arguments: [
        (#"{"active": true}"#, 7), (#"{"max_uses": 10}"#, 7), (#"{"description": "Summer sale"}"#, 7),
        (#"{"max_uses_per_customer": null}"#, 7), (#"{"surprise": 1}"#, 7), (#"{"max_uses": null}"#, 8),
        (#"{"max_uses": 1}"#, 8), (#"{"active": false}"#, 8), (#"{"valid_until": "2030-01-01T00:00:00Z"}"#, 8),
    ])
    func countsAsAVersionOnlyIfSomethingChanged(patch: String, version: Int64) throws {
        let (decision, after) = try decide(patch)
        #expect(after?.version == version)
        #expect(decision.changes.count == (version == 7 ? 0 : 1))
        #expect(decision.answer == .resource(status: 200))
    }

    @Test(arguments: [
        (#"{"value": "30"}"#, ["/value"]),
        (#"{"type": "fixed", "active": false, "value": null}"#, ["/type", "/value"]),
        (#"{"products": [], "max_uses": "x"}"#, ["/products"]), (#"{"code": "OTHER"}"#, ["/code"]),
        (#"{"min_order_value": "1.00"}"#, ["/min_order_value"]), (#"{"current_uses": 0}"#, ["/current_uses"]),
    ])
    func whatACodeGrantsIsFixed(patch: String, pointers: [String]) throws {
        guard case .failure(let refusal) = try read(patch) else {
            Issue.record("should be refused")
            return
        }
        #expect(refusal.problem.code == .immutableField)
        #expect(refusal.problem.errors.map(\.pointer) == pointers)
        #expect(refusal.problem.errors.allSatisfy { $0.code == "immutable_field" })
    }

    @Test(arguments: [
        ("{}", [" too_few_items"]), ("[]", [" invalid_type"]), ("null", [" invalid_type"]),
        (
            #"{"active": null, "valid_from": null, "valid_until": null}"#,
            ["/active required", "/valid_from required", "/valid_until required"]
        ),
        (
            #"{"active": 1, "max_uses": 0, "max_uses_per_customer": 1.5, "description": "", "valid_from": "now"}"#,
            [
                "/active invalid_type", "/valid_from invalid_format", "/max_uses too_small",
                "/max_uses_per_customer invalid_type", "/description too_short",
            ]
        ),
    ])
    func tellsAllFaults(patch: String, faults: [String]) throws {
        guard case .failure(let refusal) = try read(patch) else {
            Issue.record("should be refused")
            return
        }
        #expect(refusal.problem.code == .validationFailed)
        #expect(refusal.problem.errors.map { "\($0.pointer ?? "") \($0.code)" } == faults)
    }

    @Test(arguments: [
        (#"{"valid_from": "2026-01-01T00:00:00Z"}"#, "/valid_from too_large"),
        (#"{"valid_until": "2025-01-01T00:00:00Z"}"#, "/valid_until too_small"),
        (
            #"{"valid_from": "2027-01-01T00:00:00Z", "valid_until": "2026-06-01T00:00:00Z"}"#,
            "/valid_until too_small"
        ),
    ])
    func theWindowStaysAWindow(patch: String, fault: String) throws {
        guard case .refusal(let problem) = try decide(patch).0.answer else {
            Issue.record("should be refused")
            return
        }
        #expect(problem.code == .validationFailed)
        #expect(problem.errors.map { "\($0.pointer ?? "") \($0.code)" } == [fault])
    }

    @Test func anotherVersionOrNoCode() throws {
        guard case .refusal(let problem) = try decide(#"{"active": false}"#, ifMatch: "\"6\"").0.answer else {
            Issue.record("should be refused")
            return
        }
        #expect(problem.code == .versionMismatch)
        #expect(problem.current == "7")
        let message = Message.update("NONE", #"{"active": false}"#, ifMatch: "\"6\"")
        let decision = decider.decide(
            .update(PromoPatch(isActive: false)), nil, DecisionContext(message: message, now: Self.now))
        #expect(decision.answer == .refusal(.notFound("promo code")))
    }

    /// The use that comes after the change meets the new limit, in one batch too.
    @Test func aLimitBelowTheUsesStopsFurtherOnes() throws {
        let context = DecisionContext(message: .update("SUMMER20", "{}"), now: Self.now)
        let key = PromoKey(tenant: "default", code: "SUMMER20")
        var state = Promo(key: key, code: Self.code())
        let cart = Cart(total: Money(minor: 100, .uah), shippingCost: .zero(.uah))
        let order = Identifier.new()
        for command in [
            PromoCommand.update(PromoPatch(maxUses: .set(2))), .redeem(key, orderID: order, customerID: "a", cart),
        ] {
            for change in decider.decide(command, state, context).changes {
                state = decider.evolve(state, change, context)
                if case .rejected(_, _, let reasons) = change { #expect(reasons.map(\.code) == [.maxUsesReached]) }
            }
        }
        #expect(state.code?.currentUses == 5)
        #expect(state.redemptions.isEmpty)
    }

    @Test func isTold() throws {
        let (decision, after) = try decide(#"{"active": false}"#)
        let change = try #require(decision.changes.first)
        let state = Promo(key: PromoKey(tenant: "default", code: "SUMMER20"), code: after)
        let context = DecisionContext(message: .update("SUMMER20", "{}"), now: Self.now)
        let events = PromoHandler().events(for: change, state, context)
        #expect(events.map(\.type) == ["promo.updated"])
        #expect(events.map(\.isPublic) == [true])
        #expect(events.map(\.sequence) == [8])
        #expect(events.map(\.body) == [after?.jsonBytes])
    }

    @Test(arguments: [
        (Actor(.staff, id: "s"), "SUMMER20", ProblemCode.forbidden),
        (Actor(.customer, id: "c"), "SUMMER20", .forbidden), (PromoTables.admin, "NO SUCH", .notFound),
        (PromoTables.admin, "\0", .notFound), (PromoTables.admin, "", .notFound),
    ])
    func refusesBeforeItLooks(actor: Actor, code: String, expected: ProblemCode) throws {
        guard case .refusal(let problem) = try PromoHandler().intake(.update(code, #"{"active": true}"#, actor: actor))
        else {
            Issue.record("should be refused")
            return
        }
        #expect(problem.code == expected)
    }
}
