/// An HTTP/1.1 client over libcurl. All transfers run on one thread of the client's own and share its connections.
///
/// - Redirects are never followed, cookies never kept, proxy variables of the environment ignored, bodies never
///   decompressed.
/// - TLS 1.2 or newer with the peer's certificate and name verified; this cannot be turned off.
/// - A request that is not ``HTTPRequest/isRepeatable`` goes on the wire at most once. libcurl by itself sends a request
///   again when a kept connection turns out dead before the first byte of an answer. Opening a fresh connection for each
///   such request would avoid that at the price of a TLS handshake each, so the client instead counts how often libcurl
///   is about to send and refuses the second time with `.connectionLost`. That this is rare is seen to by
///   libcurl's own look at a kept connection before its use and by not using one that was idle for 30 seconds.
///
/// Releasing the client ends its thread.
public final class HTTPClient: HTTPSending {
    public struct Options: Sendable {
        /// PEM file of the authorities to trust in place of the system's.
        public var caFile: String?
        public var connectionsPerHost = 16
        public var connections = 64

        public init(caFile: String? = nil) {
            self.caFile = caFile
        }
    }

    private let engine: TransferEngine

    /// - Throws: ``HTTPClientError`` `.setup`: the CA file cannot be read, or no thread or memory is left.
    public init(_ options: Options = Options()) throws(HTTPClientError) {
        engine = try TransferEngine(options)
        try engine.start()
    }

    deinit {
        engine.stop()
    }

    /// Sends a request and waits for the whole answer. Cancelling the task breaks the transfer off.
    public func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        let job = TransferJob(request)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                engine.submit(job) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            engine.cancel(job)
        }
        return try outcome.get()
    }
}
