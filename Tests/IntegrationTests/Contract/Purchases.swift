import TestSupport

/// One finished purchase that tests may look at, made at the first call.
actor Purchases {
    static let shared = Purchases()
    static let tenant = "purchases"
    private var task: Task<Shopper.Purchase, any Error>?

    func one(_ shop: ShopFleet) async throws -> Shopper.Purchase {
        let task =
            task
            ?? Task {
                let shopper = shop.shopper(tenant: Self.tenant)
                return try await shopper.buy("purchase", promoCode: nil)
            }
        self.task = task
        return try await task.value
    }
}

extension Shopper.Purchase {
    /// Parameters of the path that name a part of the purchase, or nothing where it has no such part.
    func parameters(of operation: APIOperation) -> [String: String] {
        var parameters = Contract.nowhere()
        if operation.path.contains("/orders/") { parameters["id"] = order }
        if operation.path.contains("/payments/") { parameters["id"] = payment }
        if operation.path.contains("/shipments/") { parameters["id"] = shipment }
        return parameters
    }
}
