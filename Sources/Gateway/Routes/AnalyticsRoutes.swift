import Hummingbird

/// `/api/v1/analytics`.
struct AnalyticsRoutes {
    let dispatch: Dispatcher

    func add(to router: Router<GatewayContext>) {
        router.get("/api/v1/analytics/orders") { request, context in
            try await dispatch.query(
                "order.figures", request, context, parameters: try request.queryParameters(), roles: .shop)
        }
    }
}
