import Service
import Testing

@testable import Gateway

@Suite("Gateway settings") struct GatewaySettingsTests {
    private static let secret = "a secret of the tests, 32 bytes."

    private func load(_ more: [String: String]) throws(SettingsError) -> GatewaySettings {
        let environment = ["RABBITMQ_URL": "amqp://localhost", "JWT_SECRET": Self.secret]
        return try SettingsReader.load(
            GatewaySettings.self, prefix: "GATEWAY", environment: environment.merging(more) { $1 })
    }

    @Test func defaults() throws {
        let settings = try load([:])
        #expect(settings.tokens.secret?.revealed == Self.secret)
        #expect(settings.tokens.keysURL == nil)
        #expect(settings.quotas == Quotas.Numbers())
        #expect(settings.quotas.promoValidations == 600)
        #expect(settings.quotas.anonymousPromoValidations == 60)
        #expect(settings.edge.origins.isEmpty)
        #expect(settings.edge.strictTenants.isEmpty)
        #expect(settings.edge.proxies == 0)
    }

    @Test func lists() throws {
        let settings = try load(["CORS_ORIGINS": "https://a.com, https://b.com,", "STRICT_TENANTS": "one"])
        #expect(settings.edge.origins == ["https://a.com", "https://b.com"])
        #expect(settings.edge.strictTenants == ["one"])
    }

    @Test(
        arguments: [
            ["JWT_SECRET": ""], ["JWT_SECRET": "too short"], ["JWT_KEYS_URL": "http://id.example.com/keys"],
            ["JWT_KEYS_URL": "id.example.com"], ["QUOTA_READS": "-1"], ["HTTP_CONNECTIONS": "0"], ["HTTP_PROXIES": "a"],
        ])
    func refused(settings: [String: String]) { #expect(throws: SettingsError.self) { try load(settings) } }

    @Test(arguments: ["https://id.example.com/keys", "http://127.0.0.1:8080/keys", "http://localhost/keys"])
    func publishedKeysInPlaceOfASecret(url: String) throws {
        let settings = try load(["JWT_SECRET": "", "JWT_KEYS_URL": url])
        #expect(settings.tokens.secret == nil)
        #expect(settings.tokens.keysURL == url)
    }
}
