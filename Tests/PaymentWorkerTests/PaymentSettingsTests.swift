import Service
import Testing

@testable import PaymentWorker

@Suite("Payment settings") struct PaymentSettingsTests {
    private func load(_ environment: [String: String]) throws -> PaymentSettings {
        try SettingsReader.load(
            PaymentSettings.self, prefix: "PAYMENT",
            environment: ["CURSOR_SECRET": "a secret of the tests, 32 bytes."].merging(environment) { $1 })
    }

    @Test func needNothingButTheSecretOfCursors() throws {
        let settings = try load([:])
        #expect(settings.liqPay == nil)
        #expect(settings.lifetime == .seconds(3600))
        #expect(settings.returnHosts.isEmpty)
    }

    @Test func makeTheAccount() throws {
        let settings = try load([
            "LIQPAY_PUBLIC_KEY": "sandbox_i1", "LIQPAY_PRIVATE_KEY": "secret", "PUBLIC_URL": "https://oms.example/",
            "LIQPAY_API_URL": "http://127.0.0.1:8090/liqpay/api", "PAYMENT_RETURN_HOSTS": "Store.com, localhost",
        ])
        let account = try #require(settings.liqPay)
        #expect(account.callbackURL == "https://oms.example/api/v1/payments/callback/liqpay")
        #expect(account.requestURL == "http://127.0.0.1:8090/liqpay/api/request")
        #expect(account.checkoutURL == "http://127.0.0.1:8090/liqpay/api/3/checkout")
        #expect(account.version == 7)
        #expect(account.isTest)
        #expect(!"\(account)".contains("secret"))
        #expect(settings.returnHosts == ["store.com", "localhost"])
    }

    @Test func refuseHalfAKeyPair() {
        #expect(throws: SettingsError.self) { try load(["LIQPAY_PUBLIC_KEY": "sandbox_i1"]) }
        #expect(throws: SettingsError.self) { try load(["LIQPAY_PRIVATE_KEY": "secret"]) }
    }
}
