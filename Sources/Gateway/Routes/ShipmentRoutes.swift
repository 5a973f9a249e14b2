import Hummingbird

/// `/api/v1/shipments`.
struct ShipmentRoutes {
    let dispatch: Dispatcher

    func add(to router: Router<GatewayContext>) {
        let shipments = router.group("/api/v1/shipments")
        shipments.post { request, context in
            try await dispatch.command(
                "shipment.create", request, context, route: "/api/v1/shipments", roles: .shop)
        }
        shipments.get { request, context in
            try await dispatch.query("shipment.list", request, context, parameters: try request.queryParameters())
        }
        shipments.get("carriers") { request, context in
            try await dispatch.query("shipment.carriers", request, context)
        }
        shipments.post("quote") { request, context in
            let caller = try await dispatch.caller(request, .everyone)
            return try await dispatch.metered(.read, caller, request, context) {
                try request.refuseParameters(but: [:])
                // A price changes nothing, so a key has nothing to name; one that is no key is refused all the same.
                _ = try IdempotencyKey(request)
                let body = try await dispatch.body(request, context)
                let reply = try await dispatch.ask(
                    "shipment.quotes", request, context, as: caller, body: body, wait: dispatch.longPatience)
                return dispatch.response(to: request, reply)
            }
        }
        shipments.get(":id/label") { request, context in
            let caller = try await dispatch.caller(request, .shop)
            return try await dispatch.metered(.read, caller, request, context) {
                var parameters = try request.queryParameters(["size"])
                parameters["id"] = try context.parameters.require("id")
                parameters["accept"] = request.headers[.accept] ?? "*/*"
                let reply = try await dispatch.ask(
                    "shipment.label", request, context, as: caller, parameters: parameters, wait: dispatch.longPatience)
                return dispatch.response(to: request, reply)
            }
        }
        shipments.get(":id") { request, context in
            try await dispatch.query(
                "shipment.get", request, context, parameters: ["id": try context.parameters.require("id")])
        }
        shipments.get(":id/track") { request, context in
            try await dispatch.query(
                "shipment.track", request, context, parameters: ["id": try context.parameters.require("id")])
        }
        shipments.post(":id/cancel") { request, context in
            try await dispatch.command(
                "shipment.cancel", request, context, route: "/api/v1/shipments/{id}/cancel",
                parameters: ["id": try context.parameters.require("id")], roles: .shop, takesPrecondition: true)
        }
    }
}
