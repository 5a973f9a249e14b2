import AMQP
import Testing

@Suite("AMQP endpoint") struct AMQPEndpointTests {
    @Test(arguments: [
        ("amqp://", "localhost", 5672, "guest", "guest", "/"),
        ("amqp://broker", "broker", 5672, "guest", "guest", "/"),
        ("amqp://broker/", "broker", 5672, "guest", "guest", "/"),
        ("amqps://broker", "broker", 5671, "guest", "guest", "/"),
        ("AMQP://u:p@broker:1234/shop", "broker", 1234, "u", "p", "shop"),
        ("amqp://u%40x:p%2F%3A%40@h%6Fst/%2Fa%2fb", "host", 5672, "u@x", "p/:@", "/a/b"),
        ("amqp://u:p:q@[::1]:9/v", "::1", 9, "u", "p:q", "v"),
        ("amqp://u@h", "h", 5672, "u", "", "/"),
    ])
    func reads(url: String, host: String, port: Int, user: String, password: String, vhost: String) throws {
        let endpoint = try AMQPEndpoint(url: url)
        #expect(endpoint.host == host)
        #expect(endpoint.port == UInt16(port))
        #expect(endpoint.user == user)
        #expect(endpoint.password == password)
        #expect(endpoint.virtualHost == vhost)
        #expect((endpoint.tls != nil) == url.hasPrefix("amqps"))
    }

    @Test(arguments: [
        "broker:5672", "http://broker", "amqp://h:0", "amqp://h:65536", "amqp://h:x", "amqp://[::1", "amqp://h/%2",
        "amqp://h/%zz", "amqp://secret%00@h", "amqp://u:secret%FF@h", "amqps://h?verify=maybe",
    ])
    func refuses(url: String) {
        let error = #expect(throws: AMQPError.self) { try AMQPEndpoint(url: url) }
        #expect(error?.code == .invalid)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func readsTLSParameters() throws {
        let endpoint = try AMQPEndpoint(url: "amqps://h/v?cacertfile=%2Fetc%2Fca.pem&verify=verify_none&heartbeat=9")
        #expect(endpoint.tls == AMQPEndpoint.TLS(authorityFile: "/etc/ca.pem", verifiesPeer: false))
        #expect(try AMQPEndpoint(url: "amqps://h").tls == AMQPEndpoint.TLS(authorityFile: nil, verifiesPeer: true))
    }

    @Test func neverShowsThePassword() throws {
        let endpoint = try AMQPEndpoint(url: "amqp://u:hidden@[::1]:1/v")
        #expect(endpoint.description == "amqp://u@[::1]:1/v")
        var dumped = ""
        dump(endpoint, to: &dumped)
        dump([endpoint], to: &dumped)
        #expect(!(dumped + String(reflecting: endpoint) + "\([endpoint])").contains("hidden"))
    }
}
