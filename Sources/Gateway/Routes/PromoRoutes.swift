import Contracts
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
        promo.get { request, context in
            try await dispatch.query(
                "promo.list", request, context, parameters: try request.queryParameters(), roles: .administrators)
        }
        promo.get(":code") { request, context in
            try await dispatch.query(
                "promo.get", request, context, parameters: ["code": try context.parameters.require("code")],
                roles: .administrators)
        }
        promo.patch(":code") { request, context in
            try await dispatch.command(
                "promo.update", request, context, route: "/api/v1/promo/{code}",
                parameters: ["code": try context.parameters.require("code")], roles: .administrators, takesKey: false,
                takesPrecondition: true, mediaTypes: ["application/merge-patch+json", Reply.json])
        }
        promo.post("apply") { request, context in
            try await dispatch.command(
                "promo.apply", request, context, route: "/api/v1/promo/apply", takesPrecondition: true)
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
