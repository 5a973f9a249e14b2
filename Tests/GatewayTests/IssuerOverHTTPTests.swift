import CurlHTTP
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@testable import Gateway

@Suite("Issuer over HTTP") struct IssuerOverHTTPTests {
    /// A real issuer on this machine, over the project's own client.
    @Test func overHTTP() async throws {
        let key = FakeIssuer.ec()
        let body = String(decoding: FakeIssuer.keySet(try key.published("one")), as: UTF8.self)
        let router = Router()
        router.get("/keys") { _, _ in body }
        try await Application(router: router).test(.live) { client in
            let port = try #require(client.port)
            let keys = KeyStore(
                url: "http://127.0.0.1:\(port)/keys", http: try HTTPClient(), logger: Logger(label: "test"))
            let verifier = await TokenVerifier(secret: nil, keys: keys, rules: TokenRules())
            let token = try FakeIssuer.token(key, id: "one")
            #expect(try await verifier.verify(authorization: "bearer \(token)").tenant == "default")
        }
    }
}
