import AMQP
import Bus
import Contracts
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Service
import ServiceLifecycle

/// Puts the gateway together.
struct GatewayBuild: Sendable {
    let settings: GatewaySettings
    let context: FleetProcess.Context

    func services() async throws -> [any ServiceLifecycle.Service] {
        context.readiness.register("broker")
        let readiness = context.readiness
        let requester = try Requester(
            endpoint: try AMQPEndpoint(url: settings.broker.revealed), name: "oms-gateway", logger: context.logger,
            onStateChange: { state in readiness.set("broker", state == .connected ? .ok : .unavailable("\(state)")) })
        let dispatcher = Dispatcher(
            requester: requester, tokens: await TokenVerifier(secret: settings.jwtSecret.revealed),
            defaultTenant: settings.defaultTenant, patience: settings.patience)
        let router = try router(dispatcher)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: nil, reuseAddress: true),
            logger: context.logger)
        return [RequesterService(requester: requester), application]
    }

    func router(_ dispatcher: Dispatcher) throws -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: EdgeMiddleware())
        OrderRoutes(dispatch: dispatcher).add(to: router)
        PaymentRoutes(dispatch: dispatcher).add(to: router)
        ShipmentRoutes(dispatch: dispatcher).add(to: router)
        ReturnRoutes(dispatch: dispatcher).add(to: router)
        PromoRoutes(dispatch: dispatcher).add(to: router)
        OperationRoutes(dispatch: dispatcher).add(to: router)
        CallbackRoutes(dispatch: dispatcher).add(to: router)
        ServiceRoutes(readiness: context.readiness, metrics: context.metrics, docsPath: settings.docsPath).add(
            to: router)
        return router
    }
}

/// Keeps the connection to the broker for as long as requests may come.
struct RequesterService: ServiceLifecycle.Service {
    let requester: Requester

    func run() async throws {
        await cancelWhenGracefulShutdown { await requester.expireOverdue() }
        await requester.close()
    }
}
