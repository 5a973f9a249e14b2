import Glibc
import HummingbirdCore
import NIOCore

/// What one client may take of the server.
struct ConnectionLimits: Sendable {
    /// Without a request, and from the first byte of a request to the end of its header.
    var idle: Duration = .seconds(60)
    /// From the end of the header to the end of the body; and how long a client may leave an answer unread.
    var transfer: Duration = .seconds(20)
    /// Bytes of all header fields of a request together, the request line apart.
    var header = 16_384
    /// Open at the same time; more wait until one ends.
    var connections = 4096

    /// Descriptors that the process needs beside its clients'.
    private static let reserve = 64

    /// The server with these limits.
    var server: HTTPServerBuilder {
        let limits = self
        return .http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionGuard(transfer: TimeAmount(limits.transfer))],
                idleTimeout: TimeAmount(idle),
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: header, maxHeaderListSize: header, maxHeaderFieldCount: 100)))
    }

    /// As many as were asked for, or as the system has descriptors for.
    var admission: MaximumAvailableConnections {
        MaximumAvailableConnections(max(1, min(connections, Self.descriptors - Self.reserve)))
    }

    /// Files that this process may have open.
    private static var descriptors: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
