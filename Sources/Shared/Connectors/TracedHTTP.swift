import Contracts
import CurlHTTP
import Service

/// Sends each request with the trace of the work that it belongs to (``TraceContext/current``), as a span of its own, and
/// none that could still be under way after the work's end (``CallLimit/end``): that one is `.notSent`.
public struct TracedHTTP: HTTPSending {
    private let base: any HTTPSending

    public init(_ base: any HTTPSending) {
        self.base = base
    }

    public func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        if let end = CallLimit.end, Timestamp.now.adding(request.timeout) > end {
            throw HTTPClientError(.notSent, wasSent: false, "the call's time is over")
        }
        guard let trace = TraceContext.current else { return try await base.send(request) }
        var request = request
        request.headers["traceparent"] = trace.child().traceparent
        return try await base.send(request)
    }
}
