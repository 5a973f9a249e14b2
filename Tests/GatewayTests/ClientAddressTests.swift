import NIOCore
import Testing

@testable import Gateway

@Suite("Client addresses") struct ClientAddressTests {
    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true), ("192.0.2.1:4711", "192.0.2.1", true),
            ("2001:db8::1", "2001:db8::ffff:1", true), ("2001:db8::1", "2001:db8:0:1::1", false),
            ("[2001:db8::1]:443", "2001:db8::1", true), ("::1", "127.0.0.1", false),
        ])
    func sameCaller(one: String, other: String, isSame: Bool) throws {
        #expect((try #require(ClientAddress(one)) == (try #require(ClientAddress(other)))) == isSame)
    }

    @Test(arguments: ["", "unknown", "example.com", "1.2.3", "_hidden"]) func noAddress(text: String) {
        #expect(ClientAddress(text) == nil)
    }

    @Test(
        arguments: [
            (0, "203.0.113.9", "198.51.100.1"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
            (2, "10.9.9.9, 203.0.113.9,10.0.0.1", "203.0.113.9"),
            (2, "203.0.113.9", "203.0.113.9"),
        ])
    func behindProxies(proxies: Int, forwarded: String, expected: String) throws {
        let peer = try SocketAddress(ipAddress: "198.51.100.1", port: 4711)
        let address = ClientAddress(peer: peer, forwarded: forwarded, proxies: proxies)
        #expect(address == ClientAddress(expected))
    }

    @Test(arguments: [nil, "", "nonsense", "unknown, nonsense"]) func proxiesThatTellNothing(forwarded: String?) throws
    {
        let peer = try SocketAddress(ipAddress: "198.51.100.1", port: 4711)
        #expect(ClientAddress(peer: peer, forwarded: forwarded, proxies: 1) == .unknown)
        #expect(ClientAddress(peer: nil, forwarded: nil, proxies: 0) == .unknown)
    }
}
