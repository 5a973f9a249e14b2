import Hummingbird

/// All routes of the API behind the edge.
struct GatewayRouter {
    let dispatch: Dispatcher
    let service: ServiceRoutes
    /// nil: pages of other origins get nothing.
    let crossOrigin: CrossOrigin?

    func router() -> Router<GatewayContext> {
        // The edge has to know all paths, and comes before the first of them is added.
        let paths = PathTable(routes(behind: nil).routes.map { (path: $0.path.description, method: $0.method) })
        return routes(behind: EdgeMiddleware(paths: paths, crossOrigin: crossOrigin))
    }

    private func routes(behind edge: EdgeMiddleware?) -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self, options: .autoGenerateHeadEndpoints)
        if let edge { router.add(middleware: edge) }
        OrderRoutes(dispatch: dispatch).add(to: router)
        PaymentRoutes(dispatch: dispatch).add(to: router)
        ShipmentRoutes(dispatch: dispatch).add(to: router)
        ReturnRoutes(dispatch: dispatch).add(to: router)
        PromoRoutes(dispatch: dispatch).add(to: router)
        AnalyticsRoutes(dispatch: dispatch).add(to: router)
        OperationRoutes(dispatch: dispatch).add(to: router)
        CallbackRoutes(dispatch: dispatch).add(to: router)
        service.add(to: router)
        return router
    }
}
