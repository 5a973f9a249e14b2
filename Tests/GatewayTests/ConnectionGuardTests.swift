import Contracts
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Gateway

@Suite("Connection guard") struct ConnectionGuardTests {
    private let channel: EmbeddedChannel

    init() throws {
        channel = EmbeddedChannel(handler: ConnectionGuard(transfer: .seconds(20)))
        try channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func read(_ parts: HTTPRequestPart...) throws {
        for part in parts { channel.pipeline.fireChannelRead(part) }
        channel.pipeline.fireChannelReadComplete()
    }

    private func head(_ fields: HTTPFields = [:]) -> HTTPRequestPart {
        .head(HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/", headerFields: fields))
    }

    private let byte = HTTPRequestPart.body(ByteBuffer(string: "x"))

    private func answer() throws {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        while try channel.readOutbound(as: HTTPResponsePart.self) != nil {}
    }

    @Test func wholeRequestsMayTakeTheirTimeToBeAnswered() throws {
        try read(head(), byte, .end(nil))
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
        try answer()
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(channel.isActive, "idle connections are the server's to end")
    }

    @Test func slowBody() throws {
        try read(head())
        for _ in 0..<4 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(5) - .milliseconds(1))
            #expect(channel.isActive)
            try read(byte)
        }
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(4))
        #expect(!channel.isActive, "one byte now and then does not keep it open")
    }

    @Test func bodyInTime() throws {
        try read(head(), byte)
        channel.embeddedEventLoop.advanceTime(by: .seconds(19))
        try read(.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
        try answer()
        try read(head(), byte)
        channel.embeddedEventLoop.advanceTime(by: .seconds(19))
        #expect(channel.isActive, "each request has its own time")
    }

    @Test func answersThatNobodyReads() throws {
        try read(head(), .end(nil))
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        channel.embeddedEventLoop.advanceTime(by: .seconds(19))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func answersThatAreReadAfterAll() throws {
        try read(head(), .end(nil))
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        channel.embeddedEventLoop.advanceTime(by: .seconds(19))
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
    }

    @Test func noHTTP() throws {
        struct ParserError: Error {}
        channel.pipeline.fireErrorCaught(ParserError())
        guard case .head(let head) = try #require(try channel.readOutbound(as: HTTPResponsePart.self)),
            case .body(let body) = try #require(try channel.readOutbound(as: HTTPResponsePart.self))
        else {
            Issue.record("no answer")
            return
        }
        #expect(head.status == .badRequest)
        #expect(head.headerFields[.contentType] == "application/problem+json")
        #expect(head.headerFields[.contentLength] == String(body.readableBytes))
        #expect(try JSONParser.parse(Array(body.readableBytesView))["code"]?.string == "malformed_request")
        #expect(!channel.isActive)
    }

    @Test func noHTTPWhileARequestIsAnswered() throws {
        struct ParserError: Error {}
        try read(head(), .end(nil))
        channel.pipeline.fireErrorCaught(ParserError())
        #expect(throws: ParserError.self) { try channel.throwIfErrorCaught() }
        #expect(try channel.readOutbound(as: HTTPResponsePart.self) == nil)
    }

    @Test func clientsThatWaitToBeAsked() throws {
        try read(head([.expect: "100-continue"]))
        guard case .head(let head) = try #require(try channel.readOutbound(as: HTTPResponsePart.self)) else {
            Issue.record("no answer")
            return
        }
        #expect(head.status == .continue)
    }
}
