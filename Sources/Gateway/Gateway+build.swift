import AMQP
import Bus
import CurlHTTP
import Hummingbird
import Service
import ServiceLifecycle

/// Puts the gateway together.
struct GatewayBuild: Sendable {
    let settings: GatewaySettings
    let context: FleetProcess.Context

    func services() async throws -> [any ServiceLifecycle.Service] {
        let requester = try requester()
        let keys = try keyStore()
        let dispatcher = Dispatcher(
            requester: requester,
            tokens: await TokenVerifier(
                secret: settings.tokens.secret?.revealed, keys: keys, rules: settings.tokens.rules),
            quotas: Quotas(settings.quotas, proxies: settings.edge.proxies),
            strict: StrictTenants(settings.edge.strictTenants), defaultTenant: settings.defaultTenant,
            patience: settings.patience)
        let origins = settings.edge.origins
        let router = GatewayRouter(
            dispatch: dispatcher,
            service: ServiceRoutes(
                readiness: context.readiness, metrics: context.metrics, docsPath: settings.docsPath),
            crossOrigin: origins.isEmpty ? nil : CrossOrigin(origins: origins))
        let limits = settings.edge.limits
        let application = Application(
            router: router.router(), server: limits.server,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: nil, reuseAddress: true,
                availableConnectionsDelegate: limits.admission),
            logger: context.logger)
        let keyServices: [any ServiceLifecycle.Service] = keys.map { [$0] } ?? []
        return [RequesterService(requester: requester)] + keyServices + [application]
    }

    private func requester() throws -> Requester {
        context.readiness.register("broker")
        let readiness = context.readiness
        return try Requester(
            endpoint: try AMQPEndpoint(url: settings.broker.revealed), name: "oms-gateway", logger: context.logger,
            onStateChange: { state in readiness.set("broker", state == .connected ? .ok : .unavailable("\(state)")) })
    }

    /// The issuer's keys, if it publishes any. Without a shared secret nobody can be let in before they are read.
    private func keyStore() throws -> KeyStore? {
        guard let url = settings.tokens.keysURL else { return nil }
        context.readiness.register("token_keys", settings.tokens.secret == nil ? .required : .helpful)
        let readiness = context.readiness
        return KeyStore(
            url: url, http: try HTTPClient(), timing: settings.tokens.timing, logger: context.logger,
            onKeys: { readiness.set("token_keys", .ok) })
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
