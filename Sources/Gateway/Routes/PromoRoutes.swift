import Hummingbird

/// `/api/v1/promo`.
struct PromoRoutes {
    let dispatch: Dispatcher

    func add(to router: Router<GatewayContext>) {
        let promo = router.group("/api/v1/promo")
        promo.post { request, context in
            try await dispatch.command("promo.create", request, context, route: "/api/v1/promo")
        }
        promo.post("validate") { request, context in
            let caller = try await dispatch.optionalCaller(request)
            let body = try await dispatch.jsonBody(request, context)
            return try await dispatch.query("promo.validate", request, context, as: caller, body: body)
        }
    }
}
