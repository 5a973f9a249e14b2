import Bus
import Contracts
import HTTPTypes
import Hummingbird
import Service

/// Turns requests into messages and answers into responses. Knows no business rule: the body's bytes go to the worker,
/// the reply's bytes come back.
struct Dispatcher: Sendable {
    let requester: Requester
    let tokens: TokenVerifier
    /// Tenant of calls that need no token.
    let defaultTenant: String
    /// How long a change or a read is awaited.
    let patience: Duration

    /// Sends a change and answers with its outcome, or with 202 when it is not known in time.
    /// `parameters` are the path's; the precondition is added. `route` is the template, part of an idempotency key's
    /// scope.
    func command(
        _ type: String, _ request: Request, _ context: GatewayContext, route: String, parameters: [String: String] = [:]
    ) async throws -> Response {
        let caller = try await caller(request)
        let body = try await jsonBody(request, context)
        let preference = Preference(request.headers[values: .prefer])
        let key = try IdempotencyKey(request)
        var message = Message(
            id: key?.messageID(caller, request.method.rawValue, route) ?? Identifier.new(), type: type,
            tenant: caller.tenant,
            actor: caller.actor, body: body, requestID: context.requestID, path: request.uri.path,
            parameters: parameters,
            traceparent: request.trace)
        if key != nil { message.repeats.insert(.keyed) }
        if preference.wait != nil { message.repeats.insert(.joins) }
        if let condition = request.headers[.ifMatch] { message.parameters["if-match"] = condition }

        let wait = preference.wait.map { Duration.seconds($0) } ?? patience
        let outcome =
            preference.isAsync ? await requester.submit(message) : await requester.command(message, wait: wait)
        var response: Response
        switch outcome {
        case .reply(let reply): response = Response(reply)
        case .accepted: response = accepted(message)
        case .notSent, .uncertain: throw GatewayProblem.unavailable
        }
        if let applied = preference.applied { response.headers[.preferenceApplied] = applied }
        return response
    }

    /// Asks a worker and answers with what it says.
    /// Without a known caller a token is needed and verified here.
    func query(
        _ type: String, _ request: Request, _ context: GatewayContext, as known: Caller? = nil,
        parameters: [String: String] = [:], body: [UInt8] = [], workers: Int = 1
    ) async throws -> Response {
        let caller: Caller
        if let known { caller = known } else { caller = try await self.caller(request) }
        var message = Message(
            id: Identifier.new(), type: type, tenant: caller.tenant, actor: caller.actor, body: body,
            requestID: context.requestID, path: request.uri.path, parameters: parameters,
            traceparent: request.trace)
        if let condition = request.headers[.ifNoneMatch] { message.parameters["if-none-match"] = condition }
        switch await requester.query(message, wait: patience, workers: workers) {
        case .reply(let reply): return Response(reply)
        case .accepted: throw GatewayProblem(.timeout, "No answer came in time.", retryAfter: 1)
        case .notSent, .uncertain: throw GatewayProblem.unavailable
        }
    }

    /// The verified caller of a request.
    func caller(_ request: Request) async throws -> Caller {
        guard let authorization = request.headers[.authorization] else {
            throw GatewayProblem(.unauthenticated, "A bearer token is needed.")
        }
        return try await tokens.verify(authorization: authorization)
    }

    /// Where a token is not needed: whoever it names, or an anonymous caller of the default tenant.
    func optionalCaller(_ request: Request) async throws -> Caller {
        request.headers[.authorization] == nil
            ? Caller(tenant: defaultTenant, actor: .anonymous) : try await caller(request)
    }

    /// The bytes of a JSON body; an absent one is an empty object.
    func jsonBody(_ request: Request, _ context: GatewayContext) async throws -> [UInt8] {
        let buffer = try await request.body.collect(upTo: context.maxUploadSize)
        guard buffer.readableBytes > 0 else { return Array("{}".utf8) }
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard type == "application/json" else {
            throw GatewayProblem(.unsupportedMediaType, "The body must be application/json.")
        }
        return Array(buffer.readableBytesView)
    }

    private func accepted(_ message: Message) -> Response {
        let body = JSONWriter.object {
            $0.member("id", message.id)
            $0.member("type", message.type)
            $0.member("status", "accepted")
            $0.member("created_at", message.sentAt)
        }
        return Response(
            Reply(
                status: 202, headers: ["Location": "/api/v1/operations/\(message.id)", "Retry-After": "1"], body: body))
    }
}

extension Request {
    /// The client's trace with a span of ours, or a new trace.
    fileprivate var trace: String {
        (headers[.traceparent].flatMap { TraceContext(traceparent: $0) }?.child() ?? .root()).traceparent
    }
}

extension HTTPField.Name {
    static let prefer = Self.known("Prefer")
    static let preferenceApplied = Self.known("Preference-Applied")
    static let traceparent = Self.known("traceparent")
    static let idempotencyKey = Self.known("Idempotency-Key")

    /// For names that are valid by sight.
    private static func known(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .contentType }
}
