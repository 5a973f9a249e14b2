/// A refusal, told as a problem document (RFC 9457). The code is stable, the detail is for people.
public struct Problem: Sendable, Equatable {
    public let code: ProblemCode
    public var detail: String
    public var errors: [FieldError]
    /// With a state conflict, the present status or version.
    public var current: String?
    /// With `invalid_transition`, what the caller may set.
    public var allowed: [String]?
    /// With a balance conflict, the amount that would be possible.
    public var available: Money?
    public var currency: Currency?
    public var retryAfter: Int?

    public init(
        _ code: ProblemCode, _ detail: String, errors: [FieldError] = [], current: String? = nil,
        allowed: [String]? = nil,
        available: Money? = nil, currency: Currency? = nil, retryAfter: Int? = nil
    ) {
        self.code = code
        self.detail = detail
        self.errors = errors
        self.current = current
        self.allowed = allowed
        self.available = available
        self.currency = currency
        self.retryAfter = retryAfter
    }

    /// All faults of a request at once; at most 100 are told.
    public static func validationFailed(_ errors: [FieldError]) -> Problem {
        Problem(
            .validationFailed, errors.count == 1 ? "1 field is not valid." : "\(errors.count) fields are not valid.",
            errors: Array(errors.prefix(100)))
    }

    /// A query parameter that the operation does not have.
    public static func unknownParameter(_ name: String) -> Problem {
        let error = FieldError(parameter: name, code: "not_allowed", detail: "Is not known here.")
        return Problem(.unknownParameter, "There is no parameter \(error.parameter ?? "?").", errors: [error])
    }

    public static func notFound(_ what: String) -> Problem { Problem(.notFound, "There is no such \(what).") }

    /// Longer paths are left out of the document: the beginning of a path would name another resource.
    private static let pathLimit = 500

    /// The document for a call: its `instance` is the path, its `request_id` the call's id.
    public func reply(path: String, requestID: String) -> Reply {
        let body = JSONWriter.object {
            $0.member("type", "urn:oms:problem:\(code.rawValue)")
            $0.member("title", code.title)
            $0.member("status", code.status)
            $0.member("detail", detail.limited(to: 1000))
            $0.member("instance", path.isEmpty || path.utf8.count > Self.pathLimit ? nil : path)
            $0.member("code", code.rawValue)
            $0.member("request_id", requestID.isEmpty ? "-" : requestID)
            if !errors.isEmpty { $0.member("errors", array: errors) }
            $0.member("current", current)
            if let allowed { $0.member("allowed", array: allowed) }
            $0.member("available", available)
            $0.member("currency", currency ?? available?.currency)
        }
        var headers: [String: String] = [:]
        if let retryAfter { headers["Retry-After"] = String(retryAfter) }
        return Reply(status: code.status, headers: headers, contentType: Reply.problemJSON, body: body)
    }

    /// As ``reply(path:requestID:)`` for the message that is refused.
    public func reply(to message: Message) -> Reply { reply(path: message.path, requestID: message.requestID) }
}
