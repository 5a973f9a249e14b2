import Contracts
import Testing

@testable import Gateway

@Suite("Strict tenants") struct StrictTenantsTests {
    @Test(
        arguments: [
            ([], false, true, nil), (["other"], false, true, nil), (["shop"], true, false, nil),
            (["shop"], false, false, "idempotency_key_required"), (["shop"], true, true, "precondition_required"),
            (["*"], false, true, "idempotency_key_required"),
        ] as [(Set<String>, Bool, Bool, String?)])
    func demands(names: Set<String>, hasKey: Bool, lacksPrecondition: Bool, code: String?) throws {
        var found: String?
        do {
            try StrictTenants(names).check("shop", hasKey: hasKey, lacksPrecondition: lacksPrecondition)
        } catch let problem as GatewayProblem { found = problem.problem.code.rawValue }
        #expect(found == code)
    }
}
