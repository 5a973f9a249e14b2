import Contracts
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
                parameters: ["id": try context.parameters.require("id")], roles: .shop, takesPrecondition: true)
        }
        orders.post(":id/cancel") { request, context in
            try await dispatch.command(
                "order.cancel", request, context, route: "/api/v1/orders/{id}/cancel",
                parameters: ["id": try context.parameters.require("id")], takesPrecondition: true)
        }
        orders.post(":id/returns") { request, context in
            try await dispatch.command(
                "return.request", request, context, route: "/api/v1/orders/{id}/returns",
                parameters: ["id": try context.parameters.require("id")])
        }
        orders.get(":id/timeline") { request, context in
            var parameters = try request.queryParameters(["as_of", "limit", "cursor"])
            parameters["id"] = try context.parameters.require("id")
            return try await dispatch.query("order.timeline", request, context, parameters: parameters)
        }
        orders.get(":id/invoice") { request, context in try await invoice(request, context) }
    }

    /// The invoice worker does not know which orders there are: of one without an invoice the order worker is asked.
    private func invoice(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try await dispatch.caller(request, .everyone)
        return try await dispatch.metered(.read, caller, request, context) {
            let id = try context.parameters.require("id")
            var parameters = try request.queryParameters(["document"])
            parameters["id"] = id
            parameters["accept"] = request.headers[.accept] ?? "*/*"
            var reply = try await dispatch.ask("invoice.get", request, context, as: caller, parameters: parameters)
            if reply.status == 409 {
                let order = try await dispatch.ask("order.get", request, context, as: caller, parameters: ["id": id])
                reply = Self.withoutInvoice(reply, order: order)
            }
            return dispatch.response(to: request, reply)
        }
    }

    /// What is answered when there is no invoice: the order worker's refusal if the caller has no such order, else the refusal
    /// of the invoice worker, with a time to come back if the order is confirmed and the invoice so on its way.
    static func withoutInvoice(_ refusal: Reply, order: Reply) -> Reply {
        guard order.isSuccess else { return order }
        var refusal = refusal
        let isConfirmed = (try? JSONParser.parse(order.body))?["confirmed_at"] != nil
        if isConfirmed { refusal.headers["Retry-After"] = "1" }
        return refusal
    }
}
