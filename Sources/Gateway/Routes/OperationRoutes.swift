import Bus
import Contracts
import Hummingbird

/// `/api/v1/operations`: what became of changes that were answered with 202.
struct OperationRoutes {
    let dispatch: Dispatcher

    /// An id made within this time that no worker has reported yet is still on its way.
    private static let life: Duration = .seconds(24 * 3600)

    func add(to router: Router<GatewayContext>) {
        router.get("/api/v1/operations/:id") { request, context in
            let caller = try await dispatch.caller(request, .everyone)
            return try await dispatch.metered(.read, caller, request, context) {
                try request.refuseParameters(but: [:])
                guard let id = Identifier(try context.parameters.require("id")) else {
                    throw GatewayProblem(.notFound, "There is no such operation.")
                }
                return try await outcome(of: id, request, context, caller)
            }
        }
    }

    private func outcome(
        of id: Identifier, _ request: Request, _ context: GatewayContext, _ caller: Caller
    ) async throws -> Response {
        let preference = Preference(request.headers[values: .prefer])
        let deadline = ContinuousClock.now + .seconds(preference.wait ?? 0)
        while true {
            let reply = try await state(of: id, request, context, caller)
            let isOpen = reply.headers["Retry-After"] != nil
            guard isOpen, ContinuousClock.now < deadline else {
                var response = dispatch.response(to: request, reply)
                if let wait = preference.wait { response.headers[.preferenceApplied] = "wait=\(wait)" }
                return response
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// What the worker says that knows the operation. None may know it yet, or the one that will may be away: what can still
    /// come is accepted then. Only of an older operation a silent worker leaves nothing to say.
    private func state(
        of id: Identifier, _ request: Request, _ context: GatewayContext, _ caller: Caller
    ) async throws -> Reply {
        do {
            let reply = try await dispatch.ask(
                "operation.get", request, context, as: caller, parameters: ["id": id.description],
                workers: WorkerName.allCases.count)
            return reply.status == 404 && Self.mayStillCome(id) ? Self.accepted(id) : reply
        } catch let problem as GatewayProblem where problem.problem.code == .timeout && Self.mayStillCome(id) {
            return Self.accepted(id)
        }
    }

    static func mayStillCome(_ id: Identifier) -> Bool {
        guard id.version == 7 else { return false }
        if id.isDerived { return true }
        let now = Timestamp.now
        return id.timestamp > now.adding(.zero - life) && id.timestamp < now.adding(.seconds(60))
    }

    private static func accepted(_ id: Identifier) -> Reply {
        let body = JSONWriter.object {
            $0.member("id", id)
            $0.member("status", "accepted")
            $0.member("created_at", id.isDerived ? Timestamp.now : id.timestamp)
        }
        return Reply(status: 200, headers: ["Retry-After": "1"], body: body)
    }
}
