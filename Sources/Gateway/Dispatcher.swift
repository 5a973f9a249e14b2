import Bus
import Contracts
import HTTPTypes
import Hummingbird
import NIOCore
import Service

/// Turns requests into messages and answers into responses. Knows no business rule: the body's bytes go to the worker,
/// the reply's bytes come back.
struct Dispatcher: Sendable {
    let requester: Requester
    let tokens: TokenVerifier
    let quotas: Quotas
    let strict: StrictTenants
    /// Tenant of calls that need no token.
    let defaultTenant: String
    /// How long a change or a read is awaited.
    let patience: Duration

    /// Sends a change and answers with its outcome, or with 202 when it is not known in time.
    ///
    /// - `route`: The path's template, part of an idempotency key's scope.
    /// - `parameters`: Those of the path; the precondition is added.
    /// - `roles`: Who may do it; the worker decides about what depends on the resource.
    /// - `takesKey`, `takesPrecondition`: Whether the operation has these headers, which a strict tenant then demands.
    /// - `mediaTypes`: What the body may be.
    func command(
        _ type: String, _ request: Request, _ context: GatewayContext, route: String,
        parameters: [String: String] = [:], roles: Roles = .everyone, takesKey: Bool = true,
        takesPrecondition: Bool = false, mediaTypes: [String] = [Reply.json]
    ) async throws -> Response {
        let caller = try await caller(request, roles)
        return try await metered(.write, caller, request, context) {
            try request.refuseParameters(but: [:])
            let key = takesKey ? try IdempotencyKey(request) : nil
            let condition = request.headers.value(of: .ifMatch)
            try strict.check(
                caller.tenant, hasKey: key != nil || !takesKey,
                lacksPrecondition: takesPrecondition && condition == nil)
            var message = Message(
                id: key?.messageID(caller, request.method.rawValue, route) ?? Identifier.new(), type: type,
                tenant: caller.tenant, actor: caller.actor, body: try await body(request, context, mediaTypes),
                requestID: context.requestID, path: request.uri.path, parameters: parameters,
                traceparent: request.trace)
            if key != nil { message.repeats.insert(.keyed) }
            if let condition { message.parameters["if-match"] = condition }
            return try await outcome(of: message, Preference(request.headers[values: .prefer]))
        }
    }

    private func outcome(of message: Message, _ preference: Preference) async throws -> Response {
        var message = message
        if preference.wait != nil { message.repeats.insert(.joins) }
        let wait = preference.wait.map { Duration.seconds($0) } ?? patience
        let outcome =
            preference.isAsync ? await requester.submit(message) : await requester.command(message, wait: wait)
        var response: Response
        switch outcome {
        case .reply(let reply): response = Response(reply)
        case .accepted: response = accepted(message)
        case .notSent: throw GatewayProblem.unavailable
        case .uncertain: throw GatewayProblem.uncertain
        }
        if let applied = preference.applied { response.headers[.preferenceApplied] = applied }
        return response
    }

    /// Asks a worker and answers with what it says, or with 304 when the client has that already.
    ///
    /// - `parameters`: Those of the path, and of the query where the operation has any.
    func query(
        _ type: String, _ request: Request, _ context: GatewayContext, parameters: [String: String] = [:],
        roles: Roles = .everyone
    ) async throws -> Response {
        let caller = try await caller(request, roles)
        return try await metered(.read, caller, request, context) {
            try request.refuseParameters(but: parameters)
            return response(to: request, try await ask(type, request, context, as: caller, parameters: parameters))
        }
    }

    /// How long a read is awaited for which a worker has to ask other services: they have a time of their own.
    var longPatience: Duration { patience + .seconds(3) }

    /// What one worker, or the first of several that knows, answers.
    ///
    /// Throws ``GatewayProblem`` 503 when none answers in time or the broker does not take the question.
    func ask(
        _ type: String, _ request: Request, _ context: GatewayContext, as caller: Caller,
        parameters: [String: String] = [:], body: [UInt8] = [], workers: Int = 1, wait: Duration? = nil
    ) async throws -> Reply {
        var message = Message(
            id: Identifier.new(), type: type, tenant: caller.tenant, actor: caller.actor, body: body,
            requestID: context.requestID, path: request.uri.path, parameters: parameters,
            traceparent: request.trace)
        if let condition = request.headers.value(of: .ifNoneMatch) { message.parameters["if-none-match"] = condition }
        switch await requester.query(message, wait: wait ?? patience, workers: workers) {
        case .reply(let reply): return reply
        case .accepted: throw GatewayProblem(.timeout, "No answer came in time.", retryAfter: 1)
        case .notSent, .uncertain: throw GatewayProblem.unavailable
        }
    }

    /// The answer to a read. It depends on who asks.
    func response(to request: Request, _ reply: Reply) -> Response {
        var reply = reply
        if reply.status == 200, let tag = reply.headers["ETag"], let known = request.headers[.ifNoneMatch],
            ETagList(known).contains(tag)
        {
            reply.status = 304
            reply.body = []
        }
        var response = Response(reply)
        if response.headers[.vary] == nil { response.headers[.vary] = "Authorization" }
        return response
    }

    // MARK: Who and how often

    /// The verified caller of a request, who has one of the roles. Throws ``GatewayProblem``: 401 or 403.
    func caller(_ request: Request, _ roles: Roles) async throws -> Caller {
        guard let authorization = request.headers.value(of: .authorization) else {
            throw GatewayProblem(.unauthenticated, "A bearer token is needed.")
        }
        let caller = try await tokens.verify(authorization: authorization)
        guard roles.allow(caller.actor) else {
            throw GatewayProblem(.forbidden, "The role \(caller.actor.type.rawValue) may not do this.")
        }
        return caller
    }

    /// Where a token is not needed: whoever it names, or an anonymous caller of the default tenant.
    func optionalCaller(_ request: Request) async throws -> Caller {
        request.headers[.authorization] == nil
            ? Caller(tenant: defaultTenant, actor: .anonymous) : try await caller(request, .everyone)
    }

    /// Does the work if the quota of its kind has room, and tells in every answer what is left of it.
    func metered(
        _ kind: Quotas.Class, _ caller: Caller, _ request: Request, _ context: GatewayContext,
        _ work: () async throws -> Response
    ) async throws -> Response {
        guard let quota = quotas.take(kind, caller, request, context) else { return try await work() }
        do {
            guard quota.verdict.isAdmitted else { throw quota.problem }
            var response = try await work()
            quota.write(to: &response.headers)
            return response
        } catch var problem as GatewayProblem {
            problem.quota = quota
            throw problem
        }
    }

    // MARK: Bodies

    /// The bytes of a body; an absent one is an empty object. Throws ``GatewayProblem``: 413 or 415.
    func body(
        _ request: Request, _ context: GatewayContext, _ mediaTypes: [String] = [Reply.json]
    ) async throws -> [UInt8] {
        let bytes = try await rawBody(request, context)
        guard !bytes.isEmpty else { return Array("{}".utf8) }
        let type = request.headers.value(of: .contentType)?.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard let type, mediaTypes.contains(type) else {
            throw GatewayProblem(
                .unsupportedMediaType, "The body must be \(mediaTypes.joined(separator: " or ")).")
        }
        return bytes
    }

    /// The bytes of a body as they are. Throws ``GatewayProblem`` 413.
    func rawBody(_ request: Request, _ context: GatewayContext) async throws -> [UInt8] {
        do {
            return Array(try await request.body.collect(upTo: context.maxUploadSize).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw GatewayProblem.bodyTooLarge
        }
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
        (headers.value(of: .traceparent).flatMap { TraceContext(traceparent: $0) }?.child() ?? .root()).traceparent
    }
}
