import CurlHTTP
import Service

/// Sends each request with the trace of the work that it belongs to (``TraceContext/current``), as a span of its own.
public struct TracedHTTP: HTTPSending {
    private let base: any HTTPSending

    public init(_ base: any HTTPSending) {
        self.base = base
    }

    public func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        guard let trace = TraceContext.current else { return try await base.send(request) }
        var request = request
        request.headers["traceparent"] = trace.child().traceparent
        return try await base.send(request)
    }
}
