import Contracts
import CurlHTTP
import TestSupport
import Testing

/// What the gateway refuses by itself, and how.
@Suite("Edge of the gateway", .keepsFleetLogs, .timeLimit(.minutes(2))) struct GatewayEdgeTests {
    private let path = "/api/v1/orders"

    @Test(arguments: [
        ("no token", nil, "unauthenticated"),
        ("wrong secret", TestToken.signed(secret: "another secret, of 32 characters"), "invalid_token"),
        ("no signature", TestToken.signed(algorithm: "none"), "invalid_token"),
        ("another algorithm", TestToken.signed(algorithm: "HS384"), "invalid_token"),
        ("expired", TestToken.signed(expiresIn: -120), "token_expired"),
        ("unknown role", TestToken.signed(role: "root"), "invalid_token"),
        ("anonymous role", TestToken.signed(role: "anonymous"), "invalid_token"),
        ("bad tenant", TestToken.signed(tenant: "a b"), "invalid_token"),
        ("garbage", "abc", "invalid_token"),
    ])
    func unauthenticated(_: String, token: String?, code: String) async throws {
        let shop = try await ShopFleet.start()
        var client = shop.client()
        client.token = token
        for answer in [try await client.get(path), try await client.post(path, OrderBody.simple())] {
            #expect(answer.status == 401)
            #expect(answer.problem == code)
            #expect(answer.headers["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
            #expect(answer.headers["Content-Type"] == "application/problem+json")
        }
    }

    @Test func clocksMayDifferALittle() async throws {
        var client = try await ShopFleet.start().client()
        client.token = TestToken.signed(expiresIn: -30)
        #expect(try await client.get(path).status == 200)
    }

    @Test func bodyTooLarge() async throws {
        let client = try await ShopFleet.start().client()
        let body = #"{"notes":"\#(String(repeating: "x", count: 300_000))"}"#
        let answer = try await client.post(path, body)
        #expect(answer.status == 413)
        #expect(answer.problem == "content_too_large")
    }

    @Test func bodyTooDeep() async throws {
        let client = try await ShopFleet.start().client()
        let answer = try await client.post(path, String(repeating: "[", count: 40) + String(repeating: "]", count: 40))
        #expect(answer.status == 413)
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "application/json-patch+json"])
    func mediaType(type: String) async throws {
        let client = try await ShopFleet.start().client()
        let answer = try await client.post(path, OrderBody.simple(), headers: ["Content-Type": type])
        #expect(answer.status == 415)
        #expect(answer.problem == "unsupported_media_type")
    }

    @Test func mediaTypeWithCharset() async throws {
        let client = try await ShopFleet.start().client()
        let answer = try await client.post(
            path, OrderBody.simple(), headers: ["Content-Type": "application/json; charset=utf-8"])
        #expect(answer.status == 201)
    }

    @Test(arguments: ["", "{", "[1,]", #"{"items":[],"items":[]}"#]) func malformed(body: String) async throws {
        let client = try await ShopFleet.start().client()
        let answer = try await client.post(path, body)
        // No body at all is an empty object, which lacks everything.
        #expect(answer.status == (body.isEmpty ? 422 : 400))
        #expect(answer.problem == (body.isEmpty ? "validation_failed" : "malformed_json"))
    }

    @Test(arguments: ["/", "/api/v1/nothing", "/api/v1/orders/x/y/z", "/api/v2/orders"]) func noSuchPath(
        path: String
    ) async throws {
        let answer = try await ShopFleet.start().client().get(path)
        #expect(answer.status == 404)
        #expect(answer.problem == "not_found")
    }

    @Test func requestIDs() async throws {
        let client = try await ShopFleet.start().client()
        let given = try await client.get("/api/v1/orders/nothing", headers: ["X-Request-ID": "my-id_1.a"])
        #expect(given.headers["X-Request-ID"] == "my-id_1.a")
        #expect(given.json?["request_id"]?.string == "my-id_1.a")
        let bad = try await client.get(path, headers: ["X-Request-ID": "a b"])
        #expect(bad.headers["X-Request-ID"].flatMap { Identifier($0) } != nil)
    }

    @Test(arguments: ["", "a b", String(repeating: "k", count: 256)]) func badKey(key: String) async throws {
        let client = try await ShopFleet.start().client()
        let answer = try await client.post(path, OrderBody.simple(), headers: ["Idempotency-Key": key])
        #expect(answer.status == 400)
        #expect(answer.problem == "invalid_parameter")
    }
}
