import Contracts
import Hummingbird

/// Health and metrics of the sandbox itself.
struct HealthRoutes: Sendable {
    let world: SandboxWorld
    let listeners: [BusListener]

    func add(to router: Router<BasicRequestContext>) {
        router.get("health/live") { _, _ in Response.json(.members(["status": .string("ok")])) }
        router.get("health/ready") { _, _ in
            // HTTP answers all the same; not ready means that events are not read yet.
            let isReady = listeners.allSatisfy(\.isReady)
            return Response.json(
                .members([
                    "status": .string(isReady ? "ok" : "unavailable"),
                    "bus": .string(listeners.isEmpty ? "off" : isReady ? "connected" : "away"),
                ]), status: isReady ? .ok : .serviceUnavailable)
        }
        router.get("metrics") { _, _ in
            Response.text(
                """
                # HELP sandbox_events_total Public events recorded.
                # TYPE sandbox_events_total counter
                sandbox_events_total \(world.events.count)
                # HELP sandbox_bus_connected Whether all queues that are wanted are being read.
                # TYPE sandbox_bus_connected gauge
                sandbox_bus_connected \(!listeners.isEmpty && listeners.allSatisfy(\.isReady) ? 1 : 0)

                """)
        }
    }
}
