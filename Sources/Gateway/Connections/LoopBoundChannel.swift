import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1 as Hummingbird speaks it, with the handlers of a connection on the event loop that reads and writes it: a request
/// changes threads only to reach the broker and to come back. So no handler may block.
struct LoopBoundChannel: ServerChildChannel {
    let http: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        http.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await http.handle(value: value, logger: logger)
        }
    }
}
