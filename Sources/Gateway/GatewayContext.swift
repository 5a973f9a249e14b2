import Hummingbird
import NIOCore

/// What travels with one request through the gateway.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Sent by the client or made here; always answered.
    var requestID = ""
    /// The connection that the request came on.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Bodies are limited to 256 KiB by the contract.
    var maxUploadSize: Int { 256 * 1024 }
}
