import Hummingbird

/// `/api/v1/payments`, but the callbacks.
struct PaymentRoutes {
    let dispatch: Dispatcher

    func add(to router: Router<GatewayContext>) {
        let payments = router.group("/api/v1/payments")
        payments.post("create") { request, context in
            try await dispatch.command("payment.create", request, context, route: "/api/v1/payments/create")
        }
        payments.get { request, context in
            try await dispatch.query("payment.list", request, context, parameters: try request.queryParameters())
        }
        payments.post(":id/refund") { request, context in
            try await dispatch.command(
                "payment.refund", request, context, route: "/api/v1/payments/{id}/refund",
                parameters: ["id": try context.parameters.require("id")], roles: .shop, takesPrecondition: true)
        }
        payments.get(":id") { request, context in
            try await dispatch.query(
                "payment.get", request, context, parameters: ["id": try context.parameters.require("id")])
        }
        payments.get(":id/status") { request, context in
            try await dispatch.query(
                "payment.status", request, context, parameters: ["id": try context.parameters.require("id")])
        }
    }
}
