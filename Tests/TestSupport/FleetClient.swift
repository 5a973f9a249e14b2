import Contracts
import CurlHTTP

/// A client of the API with a token.
public struct FleetClient: Sendable {
    public struct Answer: Sendable {
        public let status: Int
        public let headers: HTTPHeaders
        public let body: [UInt8]

        /// nil when the body is no JSON.
        public var json: JSON? { try? JSONParser.parse(body) }
        public var text: String { String(decoding: body, as: UTF8.self) }
        /// `code` of a problem document.
        public var problem: String? { json?["code"]?.string }
    }

    public let http: HTTPClient
    public let url: String
    /// nil sends none.
    public var token: String?

    public init(_ fleet: Fleet, _ gateway: Fleet.Member, token: String? = TestToken.signed()) {
        http = fleet.http
        url = gateway.url ?? ""
        self.token = token
    }

    public func get(_ path: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        try await send(.get, path, nil, headers)
    }

    public func post(_ path: String, _ json: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        try await send(.post, path, json, headers)
    }

    public func send(
        _ method: HTTPRequest.Method, _ path: String, _ json: String?, _ headers: HTTPHeaders,
        timeout: Duration = .seconds(15)
    ) async throws -> Answer {
        var headers = headers
        if let token { headers["Authorization"] = "Bearer \(token)" }
        if json != nil, headers["Content-Type"] == nil { headers["Content-Type"] = "application/json" }
        var request = HTTPRequest(
            method, path.hasPrefix("http") ? path : url + path, headers: headers, body: Array((json ?? "").utf8),
            timeout: timeout)
        request.connectTimeout = .seconds(10)
        let response = try await http.send(request)
        return Answer(status: response.status, headers: response.headers, body: response.body)
    }
}

/// Bodies of requests.
public enum OrderBody {
    /// An order that the sandbox's catalogue can price; its delivery is not asked for.
    public static func simple(product: String = "prod_123", quantity: Int = 2, reference: String? = nil) -> String {
        let reference = reference.map { #","reference":"\#($0)""# } ?? ""
        return """
            {"items":[{"product_id":"\(product)","quantity":\(quantity)}],\
            "shipping_address":{"city":"Київ","address":"вул. Хрещатик, 1","phone":"+380991234567"},\
            "payment_method":"liqpay"\(reference)}
            """
    }
}
