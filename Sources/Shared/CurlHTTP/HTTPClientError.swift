/// A request that got no whole answer.
public struct HTTPClientError: Error, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The name, the connection or TLS failed, or no connection came free in time: the peer never saw the request.
        case notSent
        /// The time was over after sending had begun: the outcome is unknown.
        case timeout
        /// The connection broke after sending had begun: the outcome is unknown.
        case connectionLost
        /// The answer was longer than ``HTTPRequest/bodyLimit``: the peer has acted, what it said is not known.
        case bodyTooLarge
        /// No absolute `http` or `https` URL, or a header that cannot be sent. Trying again gives the same.
        case badURL
        /// The task was cancelled or the client shut down.
        case cancelled
        /// The client cannot be made: its CA file cannot be read, or the system is out of threads or memory.
        case setup
    }

    public let code: Code

    /// False: the peer has certainly not seen the request, it is free to be tried again.
    /// True: some or all of it may have been read and acted on, so ask for the outcome before trying again.
    public let wasSent: Bool

    /// What happened and at which scheme, host and path; safe for logs. No query, header value or body.
    public let detail: String

    public init(_ code: Code, wasSent: Bool, _ detail: String) {
        self.code = code
        self.wasSent = wasSent
        self.detail = detail
    }

    public var description: String { "\(code.rawValue) (\(wasSent ? "sent" : "not sent")): \(detail)" }
}
