/// One request to an outside service.
public struct HTTPRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    public var method: Method

    /// Absolute `http` or `https` URL, already percent-encoded.
    public var url: String
    public var headers: HTTPHeaders
    public var body: [UInt8]

    /// Longest time for name look-up, TCP and TLS together.
    public var connectTimeout: Duration = .seconds(1)

    /// Longest time from the call of `send` to the last byte of the answer, the wait for a free connection included.
    public var timeout: Duration

    /// Bytes of body an answer may have; a longer one is cut off and fails with `.bodyTooLarge`.
    public var bodyLimit = 1 << 20

    /// Whether the request may reach the peer twice.
    ///
    /// A kept connection can die in the moment it is used again, and libcurl then sends the request once more by itself.
    /// It may do so only where this is true: by default for GET, HEAD, PUT and DELETE, which HTTP defines as idempotent.
    /// Set it for a POST only if the peer drops doubles by an idempotency key.
    public var isRepeatable: Bool

    public init(
        _ method: Method, _ url: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
        timeout: Duration = .seconds(10)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.isRepeatable =
            switch method {
            case .get, .head, .put, .delete: true
            case .post, .patch: false
            }
    }

    /// Method, scheme, host and path: header values, query and body may hold secrets and are never part of a text.
    public var description: String { "\(method.rawValue) \(URLLabel(url).text)" }
    public var debugDescription: String { description }
}
