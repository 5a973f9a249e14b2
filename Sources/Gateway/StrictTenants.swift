import Contracts

/// The tenants that demand what is optional elsewhere: an `Idempotency-Key` for every change, and `If-Match` where an
/// operation takes it.
struct StrictTenants: Sendable {
    private let names: Set<String>

    /// - `names`: Tenants; `*` is every one.
    init(_ names: Set<String> = []) { self.names = names }

    /// Throws ``GatewayProblem``: 400 or 428 for a change that lacks what its tenant demands.
    func check(_ tenant: String, hasKey: Bool, lacksPrecondition: Bool) throws {
        guard !names.isEmpty, names.contains(tenant) || names.contains("*") else { return }
        guard hasKey else {
            throw GatewayProblem(
                .idempotencyKeyRequired, "This shop demands an Idempotency-Key.", parameter: "Idempotency-Key",
                fault: "required", "Is required.")
        }
        guard !lacksPrecondition else {
            throw GatewayProblem(
                .preconditionRequired, "This shop demands If-Match here.", parameter: "If-Match", fault: "required",
                "Is required.")
        }
    }
}
