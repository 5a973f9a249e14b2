import Contracts
import CurlHTTP
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@testable import Sandbox

/// A world of its own for each test, and what tests say to it.
enum TestWorld {
    static let publicKey = "sandbox_i00000000000"
    static let privateKey = "sandbox_Kq3vN8xTz1uRw5yAe7cGh9jLm2pQs4dF"
    static let carrierKey = "0123456789abcdef0123456789abcdef"

    static func make(_ clock: SandboxClock = .wall, step: Duration = .seconds(30)) throws -> SandboxWorld {
        var settings = SandboxSettings()
        settings.parcelStep = step
        settings.callbackPauses = [.milliseconds(5), .milliseconds(5), .milliseconds(5)]
        return SandboxWorld(settings, clock: clock, http: try HTTPClient(), logger: Logger(label: "test"))
    }

    static func application(_ world: SandboxWorld) -> some ApplicationProtocol {
        Application(router: world.router(), logger: Logger(label: "test"))
    }

    /// The form of a signed LiqPay payload.
    static func form(_ json: String, version: Int64 = 7, privateKey: String = privateKey) -> FormFields {
        let data = Data(json.utf8).base64EncodedString()
        return [
            "data": data, "signature": LiqPaySignature(privateKey: privateKey).sign(data, version: version),
        ]
    }

    static func checkout(
        _ order: String, amount: String = "149.90", action: String = "pay", server: String? = nil,
        expires: String? = nil
    ) -> String {
        let serverURL = server.map { ",\"server_url\":\"\($0)\"" } ?? ""
        let expiry = expires.map { ",\"expired_date\":\"\($0)\"" } ?? ""
        return """
            {"version":7,"public_key":"\(publicKey)","action":"\(action)","amount":\(amount),"currency":"UAH",\
            "description":"Замовлення №1001 + доставка","order_id":"\(order)",\
            "result_url":"https://shop.example/pay/return?o=1001"\(serverURL)\(expiry)}
            """
    }

    static func request(_ action: String, _ order: String, _ more: String = "") -> String {
        """
        {"version":7,"public_key":"\(publicKey)","action":"\(action)","order_id":"\(order)"\(more)}
        """
    }
}

extension TestClientProtocol {
    /// Posts a form and hands the answer on.
    func post(_ uri: String, _ form: FormFields) async throws -> TestResponse {
        try await execute(
            uri: uri, method: .post, headers: [.contentType: "application/x-www-form-urlencoded"],
            body: ByteBuffer(string: form.encoded)
        ) { $0 }
    }

    func json(_ uri: String, _ method: HTTPRequest.Method = .get, _ body: String? = nil) async throws -> JSON {
        try await execute(uri: uri, method: method, body: body.map { ByteBuffer(string: $0) }) { try $0.json }
    }

    /// One call of LiqPay's server API.
    func liqPay(_ json: String) async throws -> JSON {
        try await post("/liqpay/api/request", TestWorld.form(json)).json
    }

    /// Opens a checkout and returns the token of its page.
    func open(_ checkout: String) async throws -> String {
        let page = String(buffer: try await post("/liqpay/api/3/checkout", TestWorld.form(checkout)).body)
        let action = try #require(page.firstMatch(of: /\/liqpay\/checkout\/([0-9a-f-]{36})\/pay/))
        return String(action.1)
    }

    /// One call of Nova Poshta's API.
    func carrier(_ method: String, _ properties: String, key: String = TestWorld.carrierKey) async throws -> JSON {
        let name = method.split(separator: ".")
        return try await json(
            "/novaposhta/v2.0/json/", .post,
            """
            {"apiKey":"\(key)","modelName":"\(name[0])","calledMethod":"\(name[1])","methodProperties":\(properties)}
            """)
    }
}

extension TestResponse {
    var json: JSON { get throws { try JSONParser.parse(body.readableBytesView) } }
}
