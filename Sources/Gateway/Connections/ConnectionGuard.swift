import Contracts
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Sees to what the server below leaves open: bodies that come too slowly, answers that nobody reads, requests that are no
/// HTTP, and clients that wait to be told to send their body.
///
/// Time is only measured once a body or an answer does not pass in one go, so an ordinary request costs nothing here.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let transfer: TimeAmount
    private var unanswered = 0
    private var isReadingBody = false
    private var isBroken = false
    private var readLimit: Scheduled<Void>?
    private var writeLimit: Scheduled<Void>?

    init(transfer: TimeAmount) { self.transfer = transfer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let request):
            unanswered += 1
            isReadingBody = true
            if request.headerFields[.expect]?.lowercased() == "100-continue" {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body: break
        case .end:
            isReadingBody = false
            readLimit?.cancel()
            readLimit = nil
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isReadingBody, readLimit == nil { readLimit = close(context) }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writeLimit?.cancel()
        writeLimit = context.channel.isWritable ? nil : close(context)
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        forget()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { forget() }

    /// Answers what is no request with a problem document, and ends the connection: where the next would begin is unknown.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard unanswered == 0, !isBroken else {
            context.fireErrorCaught(error)
            return
        }
        isBroken = true
        let reply = Problem(.malformedRequest, "The request is not HTTP, or its header is too large.")
            .reply(path: "", requestID: Identifier.new().description)
        let head = HTTPResponse(
            status: .badRequest,
            headerFields: [
                .contentType: reply.contentType, .contentLength: String(reply.body.count), .connection: "close",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: reply.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }

    /// Ends the connection when the time is up.
    private func close(_ context: ChannelHandlerContext) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: transfer) { context.close(promise: nil) }
    }

    private func forget() {
        readLimit?.cancel()
        readLimit = nil
        writeLimit?.cancel()
        writeLimit = nil
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
