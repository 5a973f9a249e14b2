/// What a connector needs of an HTTP client.
public protocol HTTPSending: Sendable {
    /// - Throws: ``HTTPClientError``; its `wasSent` tells whether the peer may have acted on the request.
    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse
}
