import Hummingbird

/// `/api/v1/returns`; a return is requested under its order.
struct ReturnRoutes {
    let dispatch: Dispatcher

    func add(to router: Router<GatewayContext>) {
        let returns = router.group("/api/v1/returns")
        returns.get { request, context in
            try await dispatch.query("return.list", request, context, parameters: try request.queryParameters())
        }
        returns.get(":id") { request, context in
            try await dispatch.query(
                "return.get", request, context, parameters: ["id": try context.parameters.require("id")])
        }
        returns.put(":id/status") { request, context in
            try await dispatch.command(
                "return.set_status", request, context, route: "/api/v1/returns/{id}/status",
                parameters: ["id": try context.parameters.require("id")], roles: .shop, takesPrecondition: true)
        }
    }
}
