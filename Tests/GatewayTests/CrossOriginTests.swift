import HTTPTypes
import Testing

@testable import Gateway

@Suite("Pages of other origins") struct CrossOriginTests {
    private static let shop = CrossOrigin(origins: ["https://shop.example.com", "http://localhost:3000"])
    private static let anybody = CrossOrigin(origins: ["*"])

    @Test(
        arguments: [
            (shop, "https://shop.example.com", "https://shop.example.com"),
            (shop, "http://localhost:3000", "http://localhost:3000"),
            (shop, "http://shop.example.com", nil), (shop, "https://shop.example.com.evil.com", nil),
            (shop, "null", nil), (shop, nil, nil), (anybody, "https://any.where", "*"), (anybody, nil, nil),
        ] as [(CrossOrigin, String?, String?)])
    func answers(rules: CrossOrigin, origin: String?, allowed: String?) {
        var request: HTTPFields = [:]
        request[.origin] = origin
        var headers: HTTPFields = [:]
        rules.write(to: &headers, for: request)
        #expect(headers[.accessControlAllowOrigin] == allowed)
        #expect((headers[.accessControlExposeHeaders] != nil) == (allowed != nil))
        #expect(headers[.accessControlAllowCredentials] == nil)
        request[.accessControlRequestMethod] = "POST"
        var preflight: HTTPFields = [:]
        rules.writePreflight(to: &preflight, for: request, methods: "GET, POST")
        #expect(preflight[.accessControlAllowOrigin] == allowed)
        #expect(preflight[.accessControlAllowMethods] == (allowed == nil ? nil : "GET, POST"))
        #expect(preflight[.accessControlAllowHeaders]?.contains("Idempotency-Key") == (allowed == nil ? nil : true))
    }

    @Test func plainOptionsAreNoPreflight() {
        var headers: HTTPFields = [:]
        Self.shop.writePreflight(
            to: &headers, for: [.origin: "https://shop.example.com"], methods: "GET")
        #expect(headers.isEmpty)
    }
}
