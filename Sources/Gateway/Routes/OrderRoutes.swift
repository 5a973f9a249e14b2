import Hummingbird

/// `/api/v1/orders`.
struct OrderRoutes {
    let dispatch: Dispatcher

    func add(to router: Router<GatewayContext>) {
        let orders = router.group("/api/v1/orders")
        orders.post { request, context in
            try await dispatch.command("order.create", request, context, route: "/api/v1/orders")
        }
        orders.get { request, context in
            try await dispatch.query("order.list", request, context, parameters: try request.queryParameters())
        }
        orders.get(":id") { request, context in
            try await dispatch.query(
                "order.get", request, context, parameters: ["id": try context.parameters.require("id")])
        }
        orders.put(":id/status") { request, context in
            try await dispatch.command(
                "order.set_status", request, context, route: "/api/v1/orders/{id}/status",
                parameters: ["id": try context.parameters.require("id")])
        }
        orders.post(":id/cancel") { request, context in
            try await dispatch.command(
                "order.cancel", request, context, route: "/api/v1/orders/{id}/cancel",
                parameters: ["id": try context.parameters.require("id")])
        }
        orders.post(":id/returns") { request, context in
            try await dispatch.command(
                "return.request", request, context, route: "/api/v1/orders/{id}/returns",
                parameters: ["id": try context.parameters.require("id")])
        }
        orders.get(":id/timeline") { request, context in
            var parameters = try request.queryParameters()
            parameters["id"] = try context.parameters.require("id")
            return try await dispatch.query("order.timeline", request, context, parameters: parameters)
        }
        orders.get(":id/invoice") { request, context in
            var parameters = try request.queryParameters()
            parameters["id"] = try context.parameters.require("id")
            parameters["accept"] = request.headers[.accept] ?? "*/*"
            return try await dispatch.query("invoice.get", request, context, parameters: parameters)
        }
    }
}
