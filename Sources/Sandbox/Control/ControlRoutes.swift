import Contracts
import CurlHTTP
import Hummingbird

/// The control API under `/_sandbox`: faults, journals, recorded events, and what a test may turn by hand.
struct ControlRoutes: Sendable {
    let world: SandboxWorld
    /// Nil when there is no bus.
    let core: BusListener?

    func add(to router: Router<BasicRequestContext>) {
        router.get("_sandbox/faults") { _, _ in Response.json(world.faults.json) }
        router.put("_sandbox/faults/{service}") { request, context in
            try await answer(request) { json throws(ControlFault) in
                world.faults.set(try Fault(json), for: try service(context))
                return world.faults.json
            }
        }
        router.delete("_sandbox/faults/{service}") { request, context in
            try await answer(request) { _ throws(ControlFault) in
                world.faults.clear(try service(context))
                return world.faults.json
            }
        }
        router.delete("_sandbox/faults") { _, _ in
            world.faults.clear()
            return Response.json(world.faults.json)
        }
        router.get("_sandbox/journal/liqpay") { _, _ in
            guard case .object(let books) = world.bank.books.json else { return Response.json(.null) }
            return Response.json(.object(books + [JSON.Member("callbacks", world.callbacks.json)]))
        }
        router.get("_sandbox/journal/novaposhta") { _, _ in Response.json(.members(["entries": world.post.journal])) }
        router.get("_sandbox/journal/core") { _, _ in Response.json(.members(["entries": world.stock.journal])) }
        router.get("_sandbox/events") { request, _ in events(request) }
        router.post("_sandbox/reset") { _, _ in
            world.reset()
            return Response.json(.members(["reset": .bool(true)]))
        }
        addCore(to: router)
        addLiqPay(to: router)
        addNovaPoshta(to: router)
    }

    private func events(_ request: Request) -> Response {
        var filter = EventLog.Filter()
        let query = request.query
        filter.type = query?["type"]
        filter.subject = query?["subject"]
        filter.tenantID = query?["tenant_id"]
        filter.after = query?["after"].flatMap(Int64.init) ?? 0
        filter.limit = max(1, query?["limit"].flatMap(Int.init) ?? 1000)
        return .json(world.events.json(filter))
    }

    private func service(_ context: BasicRequestContext) throws(ControlFault) -> OutsideService {
        guard let service = context.parameters.get("service").flatMap(OutsideService.init) else {
            throw ControlFault("service has to be one of \(OutsideService.allCases.map(\.rawValue))")
        }
        return service
    }

    /// Reads the body, an empty one as an empty object, and answers 400 for what cannot be read.
    func answer(_ request: Request, _ work: (JSON) async throws(ControlFault) -> JSON?) async throws -> Response {
        let bytes = try await request.bytes()
        guard let json = try? JSONParser.parse(bytes.isEmpty ? Array("{}".utf8) : bytes) else {
            return .failure(.badRequest, "malformed_json", "the body is not JSON")
        }
        do throws(ControlFault) {
            guard let result = try await work(json) else { return .failure(.notFound, "not_found", "there is none") }
            return .json(result)
        } catch {
            return .failure(.badRequest, "invalid_control", error.message)
        }
    }
}
