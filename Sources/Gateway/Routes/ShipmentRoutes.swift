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
