/// Why a call to the broker failed.
public struct AMQPError: Error, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The socket is gone, never came to be, or went silent past two heartbeats; or the broker closed the connection
        /// (`replyCode` says why, 320 is a shutdown). Connect again after a pause.
        case connectionLost
        /// User, password or virtual host refused. Connecting again helps only once an operator has acted: keep trying
        /// slowly, and say so in the log.
        case refused
        /// No TLS session: certificate, host name or protocol version. As `refused`.
        case tls
        /// The broker did not answer within the limit. The connection is dead; connect again.
        case timeout
        /// The broker closed the channel: 404 (no such queue or exchange), 406 (other arguments, stale delivery tag, message
        /// too big), 403, 405. The connection is dead. After a declaration this is a fault in the program or its settings.
        case channelClosed
        /// The broker is short of memory or disk and takes nothing from this connection. Keep receiving until `.unblocked`.
        case blocked
        /// The broker sent bytes that are no AMQP. The connection is dead; connect again.
        case badData
        /// The caller's own value cannot be sent: a name over 255 bytes, headers over a frame, a URL that is none. Nothing was
        /// sent, the connection stays usable.
        case invalid
    }

    public let code: Code
    /// The broker's reply code, such as 404; 0 where it gave none.
    public let replyCode: UInt16
    /// For logs. Never holds a password.
    public let detail: String

    public init(_ code: Code, _ detail: String, replyCode: UInt16 = 0) {
        self.code = code
        self.replyCode = replyCode
        self.detail = detail
    }

    public var description: String {
        replyCode == 0 ? "\(code.rawValue): \(detail)" : "\(code.rawValue) \(replyCode): \(detail)"
    }
}
