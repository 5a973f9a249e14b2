import Contracts
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Testing

@testable import Gateway

/// A real server with the gateway's limits, and clients that write to its socket by hand.
@Suite("Connection limits", .serialized) struct ConnectionLimitsTests {
    private func serve(_ limits: ConnectionLimits, _ work: @Sendable @escaping (Int) async throws -> Void) async throws
    {
        let router = Router(context: GatewayContext.self)
        router.post("/") { request, context in
            let body = try await request.body.collect(upTo: 1000)
            return "\(body.readableBytes) bytes"
        }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, server: limits.server,
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: 0), availableConnectionsDelegate: limits.admission),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            for await number in ports {
                try await work(number)
                break
            }
            group.cancelAll()
        }
    }

    private static let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"

    @Test func ordinaryRequests() async throws {
        try await serve(ConnectionLimits()) { port in
            let client = try RawClient(port: port)
            for _ in 0..<2 {
                try client.send(Self.head + "\r\nhello")
                #expect(try await client.receive(until: "5 bytes").hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    @Test func askedForTheirBody() async throws {
        try await serve(ConnectionLimits()) { port in
            let client = try RawClient(port: port)
            try client.send(Self.head + "Expect: 100-continue\r\n\r\n")
            #expect(try await client.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue"))
            try client.send("hello")
            #expect(try await client.receive(until: "5 bytes").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test(
        arguments: [
            "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nBad Header: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX-Long: \(String(repeating: "x", count: 20_000))\r\n\r\n",
            "GET / HTTP/1.1\r\n\((0..<150).map { "X-\($0): y\r\n" }.joined())\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        ])
    func noRequests(text: String) async throws {
        try await serve(ConnectionLimits()) { port in
            let client = try RawClient(port: port)
            try client.send(text)
            let answer = try await client.receive(until: nil)
            #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
            #expect(answer.contains("application/problem+json"))
            #expect(answer.contains("malformed_request"))
        }
    }

    @Test func slowClients() async throws {
        try await serve(ConnectionLimits(idle: .seconds(1), transfer: .seconds(1))) { port in
            let started = ContinuousClock.now
            let (idle, header, body) = (try RawClient(port: port), try RawClient(port: port), try RawClient(port: port))
            try header.send("POST / HTTP/1.1\r\nHost:")
            try body.send(Self.head + "\r\nhel")
            for client in [idle, header, body] { #expect(try await client.receive(until: nil).isEmpty) }
            #expect(ContinuousClock.now - started < .seconds(10))
        }
    }

    @Test func moreConnectionsWait() async throws {
        try await serve(ConnectionLimits(connections: 2)) { port in
            let (first, second) = (try RawClient(port: port), try RawClient(port: port))
            for client in [first, second] {
                try client.send(Self.head + "\r\nhello")
                _ = try await client.receive(until: "5 bytes")
            }
            let third = try RawClient(port: port)
            try third.send(Self.head + "\r\nhello")
            #expect(try await third.receive(until: "5 bytes", within: .milliseconds(300)).isEmpty)
            first.close()
            #expect(try await third.receive(until: "5 bytes").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func asManyAsThereAreDescriptors() {
        #expect(ConnectionLimits(connections: 1_000_000).admission.isAcceptingNewConnections())
    }
}
