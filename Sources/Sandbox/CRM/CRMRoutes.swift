import Contracts
import Hummingbird

/// CRM over HTTP.
struct CRMRoutes: Sendable {
    let faults: FaultBoard

    func add(to router: Router<BasicRequestContext>) {
        router.get("crm/api/v1/customers/{id}") { _, context in
            try await faults.around(.crm, "customers") {
                let id = try context.parameters.require("id")
                guard let customer = Customer(id: id) else {
                    return .failure(.notFound, "customer_not_found", "no such customer")
                }
                return .json(customer.jsonBytes)
            }
        }
    }
}
