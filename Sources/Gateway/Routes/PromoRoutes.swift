import Hummingbird

/// `/api/v1/promo`.
struct PromoRoutes {
    let dispatch: Dispatcher

    func add(to router: Router<GatewayContext>) {
        let promo = router.group("/api/v1/promo")
        promo.post { request, context in
            try await dispatch.command(
                "promo.create", request, context, route: "/api/v1/promo", roles: .administrators)
        }
        promo.post("validate") { request, context in
            let caller = try await dispatch.optionalCaller(request)
            return try await dispatch.metered(.promoValidation, caller, request, context) {
                try request.refuseParameters(but: [:])
                // A preview stores nothing, so a key has nothing to name; one that is no key is refused all the same.
                _ = try IdempotencyKey(request)
                let body = try await dispatch.body(request, context)
                let reply = try await dispatch.ask("promo.validate", request, context, as: caller, body: body)
                return dispatch.response(to: request, reply)
            }
        }
    }
}
