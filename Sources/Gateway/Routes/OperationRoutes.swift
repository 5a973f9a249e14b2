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
            let text = try context.parameters.require("id")
            guard let id = Identifier(text) else { throw GatewayProblem(.notFound, "There is no such operation.") }
            let preference = Preference(request.headers[values: .prefer])
            let deadline = ContinuousClock.now + .seconds(preference.wait ?? 0)
            while true {
                var response = try await dispatch.query(
                    "operation.get", request, context, parameters: ["id": text], workers: WorkerName.allCases.count)
                if response.status == .notFound, Self.mayStillCome(id) { response = Self.accepted(id) }
                let isOpen = response.headers[.retryAfter] != nil
                guard isOpen, ContinuousClock.now < deadline else {
                    if let applied = preference.applied { response.headers[.preferenceApplied] = applied }
                    return response
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    private static func mayStillCome(_ id: Identifier) -> Bool {
        guard id.version == 7 else { return false }
        if id.isDerived { return true }
        let now = Timestamp.now
        return id.timestamp > now.adding(.zero - life) && id.timestamp < now.adding(.seconds(60))
    }

    private static func accepted(_ id: Identifier) -> Response {
        let body = JSONWriter.object {
            $0.member("id", id)
            $0.member("status", "accepted")
            $0.member("created_at", id.isDerived ? Timestamp.now : id.timestamp)
        }
        return Response(Reply(status: 200, headers: ["Retry-After": "1"], body: body))
    }
}
