import Contracts
import Foundation

@testable import PaymentWorker

enum Fixture {
    static func text(_ name: String) throws -> String {
        let folder = Bundle.module.resourceURL?.appendingPathComponent("Fixtures")
        guard let url = folder?.appendingPathComponent(name) else { throw CocoaError(.fileNoSuchFile) }
        return try String(contentsOf: url, encoding: .utf8)
    }

    /// The shop of the fixtures.
    static func account(version: Int = 7, privateKey: String = "sandbox_Kq3vN8xTz1uRw5yAe7cGh9jLm2pQs4dF")
        -> LiqPayAccount
    {
        LiqPayAccount(
            publicKey: "sandbox_i00000000000", privateKey: privateKey, apiURL: "https://liqpay.example/api",
            version: version, callbackURL: "https://shop.example/api/v1/payments/callback/liqpay",
            returnURL: "https://shop.example/paid")
    }
}
