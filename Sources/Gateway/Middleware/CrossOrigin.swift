import HTTPTypes

/// What pages of other origins may do with the API in a browser (CORS). Tokens travel in a header that pages set by
/// themselves, so cookies and other credentials of the browser are never asked for.
struct CrossOrigin: Sendable {
    /// `https://shop.example.com`; `*` is any.
    let origins: Set<String>

    private static let requestHeaders = """
        Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Prefer, traceparent, X-Request-ID
        """
    private static let responseHeaders = """
        ETag, Idempotent-Replayed, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID
        """

    /// Lets the page read an answer.
    func write(to headers: inout HTTPFields, for request: HTTPFields) {
        guard let origin = allowed(request) else { return }
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlExposeHeaders] = Self.responseHeaders
    }

    /// Tells a browser that asks beforehand what it may send.
    func writePreflight(to headers: inout HTTPFields, for request: HTTPFields, methods: String) {
        guard let origin = allowed(request), request[.accessControlRequestMethod] != nil else { return }
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlAllowMethods] = methods
        headers[.accessControlAllowHeaders] = Self.requestHeaders
        headers[.accessControlMaxAge] = "600"
    }

    /// `Vary`: for caches, the answer depends on who asks.
    var varies: Bool { !origins.contains("*") }

    private func allowed(_ request: HTTPFields) -> String? {
        guard let origin = request[.origin] else { return nil }
        if origins.contains("*") { return "*" }
        return origins.contains(origin) ? origin : nil
    }
}
