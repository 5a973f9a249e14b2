import AMQP
import CurlHTTP
import Hummingbird
import Logging
import ServiceLifecycle

extension SandboxWorld {
    /// All routes over this world.
    func router(core: BusListener? = nil, listeners: [BusListener] = []) -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: ErrorMiddleware())
        HealthRoutes(world: self, listeners: listeners).add(to: router)
        CoreRoutes(catalogue: catalogue, faults: faults).add(to: router)
        CRMRoutes(faults: faults).add(to: router)
        LiqPayRoutes(bank: bank, faults: faults, settings: settings).add(to: router)
        NovaPoshtaRoutes(post: post, faults: faults, key: settings.novaPoshtaKey).add(to: router)
        ControlRoutes(world: self, core: core).add(to: router)
        return router
    }
}

extension Sandbox {
    /// Wires the process: HTTP, the two readers of the bus, and the clockwork that expires checkouts.
    static func application(
        _ settings: SandboxSettings, logger: Logger
    ) throws -> some ApplicationProtocol {
        let world = SandboxWorld(settings, http: try HTTPClient(), logger: logger)
        var listeners: [BusListener] = []
        var core: BusListener?
        if let url = settings.rabbitMQURL {
            let endpoint = try AMQPEndpoint(url: url)
            let listener = try CoreListener.make(
                endpoint, stock: world.stock, clock: world.clock, isListening: settings.answersStock, logger: logger)
            core = listener
            listeners.append(listener)
            if settings.recordsEvents {
                listeners.append(
                    try NotificationListener.make(endpoint, events: world.events, clock: world.clock, logger: logger))
            }
        }
        return Application(
            router: world.router(core: core, listeners: listeners),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "sandbox"),
            services: listeners + [CheckoutExpiry(bank: world.bank)] as [any Service], logger: logger)
    }
}
