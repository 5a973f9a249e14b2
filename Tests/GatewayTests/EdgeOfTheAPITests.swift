import AMQP
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Service
import Testing

@testable import Bus
@testable import Gateway

/// Whole requests through the routes, with a broker that is away: everything that needs no worker.
@Suite("Edge of the API") struct EdgeOfTheAPITests {
    private static let secret = "a secret of the tests, 32 bytes."
    private static let order = ByteBuffer(string: #"{"items":[]}"#)

    /// - `numbers`: The quotas that are set.
    private func test(
        numbers: Quotas.Numbers = Quotas.Numbers(), strict: Set<String> = [], origins: Set<String> = [],
        _ work: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let requester = try Requester(
            endpoint: try AMQPEndpoint(url: "amqp://127.0.0.1:1"), name: "test", logger: Logger(label: "test"))
        let dispatcher = Dispatcher(
            requester: requester, tokens: await TokenVerifier(secret: Self.secret, keys: nil, rules: TokenRules()),
            quotas: Quotas(numbers), strict: StrictTenants(strict), defaultTenant: "default", patience: .seconds(2))
        let router = GatewayRouter(
            dispatch: dispatcher,
            service: ServiceRoutes(readiness: Readiness(), metrics: PrometheusRegistry(), docsPath: "docs"),
            crossOrigin: origins.isEmpty ? nil : CrossOrigin(origins: origins)
        ).router()
        try await Application(responder: router.buildResponder()).test(.router) { try await work($0) }
        await requester.close()
    }

    private static func fields(_ role: String? = "customer", _ more: HTTPFields = [:]) -> HTTPFields {
        var fields = more
        if let role {
            let claims = FakeIssuer.claims().replacing("customer", with: role)
            fields[.authorization] = "Bearer " + FakeIssuer.token(secret: Data(secret.utf8), claims: claims)
        }
        if fields[.contentType] == nil { fields[.contentType] = "application/json" }
        return fields
    }

    private static func problem(_ response: TestResponse) throws -> JSON {
        #expect(response.headers[.contentType] == "application/problem+json")
        #expect(response.headers[.xRequestID] != nil)
        let json = try JSONParser.parse(Array(response.body.readableBytesView))
        #expect(json["status"]?.int == Int64(response.status.code))
        return json
    }

    @Test(
        arguments: [
            ("DELETE", "/api/v1/orders", "GET, HEAD, OPTIONS, POST"), ("PUT", "/api/v1/orders/x", "GET, HEAD, OPTIONS"),
            ("GET", "/api/v1/payments/create", "OPTIONS, POST"), ("GET", "/api/v1/promo/validate", "OPTIONS, POST"),
            ("PROPFIND", "/health/live", "GET, HEAD, OPTIONS"), ("TRACE", "/api/v1/orders", "GET, HEAD, OPTIONS, POST"),
        ])
    func otherMethods(method: String, path: String, allow: String) async throws {
        try await test { client in
            let method = try #require(HTTPRequest.Method(rawValue: method))
            try await client.execute(uri: path, method: method) { response in
                #expect(response.status == .methodNotAllowed)
                #expect(response.headers[.allow] == allow)
                let code = try Self.problem(response)["code"]?.string
                #expect(code == "method_not_allowed")
            }
        }
    }

    @Test(arguments: ["/", "/api/v1/nothing", "/api/v1/orders/x/y/z", "/api/v1"]) func noSuchPath(path: String)
        async throws
    {
        try await test { client in
            for method in [HTTPRequest.Method.get, .post, .delete, .options] {
                try await client.execute(uri: path, method: method) { response in
                    #expect(response.status == .notFound)
                    #expect(response.headers[.allow] == nil)
                    let code = try Self.problem(response)["code"]?.string
                    #expect(code == "not_found")
                }
            }
            try await client.execute(uri: path, method: .head) { response in
                #expect(response.status == .notFound)
                #expect(response.body.readableBytes == 0)
            }
        }
    }

    @Test func headIsGetWithoutABody() async throws {
        try await test { client in
            let get = try await client.execute(uri: "/health/live", method: .get)
            let head = try await client.execute(uri: "/health/live", method: .head)
            #expect(head.status == .ok)
            #expect(head.headers[.contentLength] == String(get.body.readableBytes))
            #expect(head.body.readableBytes == 0)
            let refused = try await client.execute(uri: "/api/v1/orders", method: .head)
            #expect(refused.status == .unauthorized)
            #expect(refused.body.readableBytes == 0)
        }
    }

    @Test func optionsTellTheMethods() async throws {
        try await test { client in
            let response = try await client.execute(
                uri: "/api/v1/orders", method: .options,
                headers: [.origin: "https://shop.example.com", .accessControlRequestMethod: "POST"])
            #expect(response.status == .noContent)
            #expect(response.headers[.allow] == "GET, HEAD, OPTIONS, POST")
            #expect(response.headers[.accessControlAllowOrigin] == nil, "off by default")
        }
    }

    @Test func pagesOfOtherOrigins() async throws {
        try await test(origins: ["https://shop.example.com"]) { client in
            let preflight = try await client.execute(
                uri: "/api/v1/orders", method: .options,
                headers: [.origin: "https://shop.example.com", .accessControlRequestMethod: "POST"])
            #expect(preflight.headers[.accessControlAllowOrigin] == "https://shop.example.com")
            #expect(preflight.headers[.accessControlAllowMethods] == "GET, HEAD, OPTIONS, POST")
            let refused = try await client.execute(
                uri: "/api/v1/orders", method: .get, headers: [.origin: "https://shop.example.com"])
            #expect(refused.status == .unauthorized)
            #expect(refused.headers[.accessControlAllowOrigin] == "https://shop.example.com", "faults are readable too")
            #expect(refused.headers[.vary] == "Origin")
        }
    }

    @Test(
        arguments: [
            ("POST", "/api/v1/orders", "customer", 503), ("GET", "/api/v1/orders", "customer", 503),
            ("POST", "/api/v1/shipments", "customer", 403), ("POST", "/api/v1/shipments", "staff", 503),
            ("POST", "/api/v1/promo", "customer", 403), ("POST", "/api/v1/promo", "staff", 403),
            ("POST", "/api/v1/promo", "admin", 503), ("POST", "/api/v1/promo", "service", 503),
        ])
    func roles(method: String, path: String, role: String, status: Int) async throws {
        try await test { client in
            let method = try #require(HTTPRequest.Method(rawValue: method))
            for (role, status) in [(role, status), (nil, 401)] as [(String?, Int)] {
                try await client.execute(
                    uri: path, method: method, headers: Self.fields(role), body: method == .post ? Self.order : nil
                ) { response in
                    #expect(response.status.code == status)
                    let code = try Self.problem(response)["code"]?.string
                    #expect(code == [401: "unauthenticated", 403: "forbidden", 503: "unavailable"][status])
                    if status == 401 { #expect(response.headers[.wwwAuthenticate] == "Bearer realm=\"oms\"") }
                    if status == 503 { #expect(response.headers[.retryAfter] == "2") }
                }
            }
        }
    }

    /// Nothing is waited for while there is no broker.
    @Test func withoutABroker() async throws {
        try await test { client in
            let started = ContinuousClock.now
            for _ in 0..<20 {
                try await client.execute(
                    uri: "/api/v1/orders", method: .post, headers: Self.fields(), body: Self.order
                ) { #expect($0.status == .serviceUnavailable) }
            }
            #expect(ContinuousClock.now - started < .seconds(10))
        }
    }

    @Test func promoValidationHasAQuota() async throws {
        try await test(numbers: Quotas.Numbers(promoValidations: 3, anonymousPromoValidations: 2)) { client in
            for (role, calls) in [(nil, 2), ("customer", 3), ("admin", 3)] as [(String?, Int)] {
                for number in 1...calls {
                    let response = try await client.execute(
                        uri: "/api/v1/promo/validate", method: .post, headers: Self.fields(role), body: Self.order)
                    #expect(response.status == .serviceUnavailable)
                    #expect(response.headers[.rateLimitPolicy] == "\"promo-validate\";q=\(calls);w=60")
                    #expect(
                        response.headers[.rateLimit]?.hasPrefix("\"promo-validate\";r=\(calls - number);t=") == true)
                }
                let response = try await client.execute(
                    uri: "/api/v1/promo/validate", method: .post, headers: Self.fields(role), body: Self.order)
                #expect(response.status == .tooManyRequests)
                let code = try Self.problem(response)["code"]?.string
                #expect(code == "rate_limited")
                let wait = try #require(response.headers[.retryAfter].flatMap { Int($0) })
                #expect((1...60).contains(wait))
                #expect(response.headers[.rateLimit]?.hasPrefix("\"promo-validate\";r=0;t=") == true)
            }
            let order = try await client.execute(
                uri: "/api/v1/orders", method: .post, headers: Self.fields(), body: Self.order)
            #expect(order.headers[.rateLimit] == nil, "no quota is set")
        }
    }

    @Test func quotasOfTenants() async throws {
        try await test(numbers: Quotas.Numbers(reads: 2, writes: 1, callbacks: 1)) { client in
            func expect(
                _ status: Int, _ method: HTTPRequest.Method, _ path: String, _ role: String?
            ) async throws {
                let answer = try await client.execute(
                    uri: path, method: method, headers: Self.fields(role), body: method == .post ? Self.order : nil)
                #expect(answer.status.code == status, "\(method) \(path)")
            }
            try await expect(503, .post, "/api/v1/orders", "customer")
            // One tenant, whoever calls.
            try await expect(429, .post, "/api/v1/promo", "admin")
            try await expect(503, .get, "/api/v1/orders", "customer")
            try await expect(503, .get, "/api/v1/shipments/carriers", "customer")
            try await expect(429, .get, "/api/v1/operations/x", "customer")
            try await expect(503, .post, "/api/v1/payments/callback/liqpay", nil)
            try await expect(429, .post, "/payments/mono/callback", nil)
            // What may not be done is not counted.
            try await expect(403, .post, "/api/v1/promo", "staff")
        }
    }

    @Test(
        arguments: [
            ("POST", "/api/v1/orders?a=1", 400), ("GET", "/api/v1/orders/x?a=1", 400),
            ("GET", "/api/v1/orders/x?id=y", 400), ("GET", "/api/v1/orders?a=1&a=2", 400),
            ("GET", "/api/v1/orders?if-none-match=x", 400), ("GET", "/api/v1/orders/x/invoice?accept=x", 400),
            ("GET", "/api/v1/operations/x?a", 400), ("GET", "/api/v1/operations/x?=0.0", 400),
            ("GET", "/api/v1/orders/x?", 503),
            ("GET", "/api/v1/orders?limit=5", 503), ("GET", "/health/live?probe=1", 200),
        ])
    func queryParameters(method: String, path: String, status: Int) async throws {
        try await test { client in
            let method = try #require(HTTPRequest.Method(rawValue: method))
            try await client.execute(uri: path, method: method, headers: Self.fields()) { response in
                #expect(response.status.code == status)
                if status == 400 {
                    let code = try #require(try Self.problem(response)["code"]?.string)
                    #expect(code == (path.contains("&") ? "invalid_parameter" : "unknown_parameter"))
                }
            }
        }
    }

    @Test(
        arguments: [
            ("", 400), ("\"\"", 400), ("a b", 400), (String(repeating: "k", count: 256), 400), ("ключ", 400),
            (String(repeating: "k", count: 255), 503), ("\"\(String(repeating: "k", count: 255))\"", 503), ("k", 503),
        ])
    func idempotencyKeys(key: String, status: Int) async throws {
        try await test { client in
            let field = try #require(HTTPField.Name("Idempotency-Key"))
            for path in ["/api/v1/orders", "/api/v1/promo/validate"] {
                let response = try await client.execute(
                    uri: path, method: .post, headers: Self.fields("customer", [field: key]), body: Self.order)
                #expect(response.status.code == status)
            }
        }
    }

    @Test func strictTenants() async throws {
        try await test(strict: ["default"]) { client in
            let response = try await client.execute(
                uri: "/api/v1/orders", method: .post, headers: Self.fields(), body: Self.order)
            #expect(response.status == .badRequest)
            let code = try Self.problem(response)["code"]?.string
            #expect(code == "idempotency_key_required")
            let keyed = try await client.execute(
                uri: "/api/v1/orders", method: .post, headers: Self.fields("customer", [.idempotencyKey: "k"]),
                body: Self.order)
            #expect(keyed.status == .serviceUnavailable)
        }
    }

    @Test func bodies() async throws {
        try await test { client in
            let large = ByteBuffer(string: "\"" + String(repeating: "x", count: 256 * 1024) + "\"")
            for (path, body, type, status) in [
                ("/api/v1/orders", large, "application/json", 413), ("/api/v1/orders", Self.order, "text/plain", 415),
                ("/api/v1/orders", Self.order, "application/json;charset=UTF-8", 503),
                ("/api/v1/orders", Self.order, "APPLICATION/JSON", 503),
                ("/api/v1/payments/callback", large, "application/json", 413),
                ("/api/v1/payments/callback", Self.order, "text/plain", 503),
                ("/api/v1/payments/callback/paypal", Self.order, "text/plain", 404),
            ] {
                let response = try await client.execute(
                    uri: path, method: .post, headers: Self.fields("customer", [.contentType: type]), body: body)
                #expect(response.status.code == status, "\(path) \(type)")
            }
        }
    }
}
