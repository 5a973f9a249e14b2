import Bus
import Contracts
import HTTPTypes
import Hummingbird

/// Callbacks of payment providers: no token, the provider's own signature over the raw bytes. The worker verifies it.
struct CallbackRoutes {
    let dispatch: Dispatcher

    /// What the workers need of the headers, by lower-case name.
    private static let signatureHeaders = ["x-sign", "stripe-signature"]

    func add(to router: Router<GatewayContext>) {
        router.post("/api/v1/payments/callback") { request, context in
            try await receive(request, context, provider: nil)
        }
        router.post("/api/v1/payments/callback/:provider") { request, context in
            try await receive(request, context, provider: try context.parameters.require("provider"))
        }
        router.post("/payments/:provider/callback") { request, context in
            try await receive(request, context, provider: try context.parameters.require("provider"))
        }
    }

    private func receive(_ request: Request, _ context: GatewayContext, provider: String?) async throws -> Response {
        let caller = Caller(tenant: dispatch.defaultTenant, actor: .anonymous)
        return try await dispatch.metered(.callback, caller, request, context) {
            var parameters: [String: String] = [:]
            if let provider {
                guard let known = PaymentProvider(input: provider) else {
                    throw GatewayProblem(.notFound, "There is no such provider.")
                }
                parameters["provider"] = known.rawValue
            }
            parameters["content_type"] = request.headers[.contentType]
            for name in Self.signatureHeaders {
                if let field = HTTPField.Name(name), let value = request.headers[field] { parameters[name] = value }
            }
            let body = try await dispatch.rawBody(request, context)
            return try await outcome(
                of: Message(
                    id: Self.id(parameters, body), type: "payment.webhook", tenant: caller.tenant, actor: caller.actor,
                    body: body, requestID: context.requestID, path: request.uri.path, parameters: parameters))
        }
    }

    /// The same bytes are the same callback.
    private static func id(_ parameters: [String: String], _ body: [UInt8]) -> Identifier {
        .derived(
            from: "callback",
            parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&"),
            String(decoding: body, as: UTF8.self))
    }

    private func outcome(of message: Message) async throws -> Response {
        switch await dispatch.requester.command(message, wait: dispatch.patience) {
        case .reply(let reply):
            var response = Response(reply)
            response.headers[.idempotentReplayed] = nil
            return response
        // It is stored durably, which is what 200 means to a provider.
        case .accepted: return Response(Reply(status: 200, body: Array(#"{"status":"ok"}"#.utf8)))
        case .notSent, .uncertain: throw GatewayProblem.unavailable
        }
    }
}
