import Contracts
import CurlHTTP
import Service
import Synchronization

/// Calls of the shop's own services, Core and CRM, with the headers and limits that all of them share (events.md
/// section 5).
public final class ShopServices: Sendable {
    /// A service gave no usable answer.
    public struct Away: Error, Equatable {
        public let detail: String
    }

    private struct Token {
        let text: String
        let freshUntil: ContinuousClock.Instant
    }

    private static let timeout: Duration = .seconds(2)
    private static let tokenLife: Int64 = 300

    private let http: any HTTPSending
    /// Signs our tokens; nil: the services ask for none.
    private let secret: Redacted<String>?
    private let tokens = Mutex<[String: Token]>([:])

    public init(http: any HTTPSending, secret: Redacted<String>?) {
        self.http = http
        self.secret = secret
    }

    /// Gets each URL for the message that needs it, side by side. A call that broke off, timed out, or was answered 429 or 5xx is made `tries` times
    /// at most.
    ///
    /// - Returns: 2xx or 4xx answers in the order of the calls; ``Away`` for every other end.
    public func get(_ calls: [(url: String, message: Message)], tries: Int) async -> [Result<HTTPResponse, Away>] {
        await withTaskGroup { group in
            for (index, call) in calls.enumerated() {
                group.addTask { (index, await self.get(self.request(call.url, for: call.message), tries: tries)) }
            }
            var ends = [Result<HTTPResponse, Away>](repeating: .failure(Away(detail: "not asked")), count: calls.count)
            for await (index, end) in group { ends[index] = end }
            return ends
        }
    }

    private func get(_ request: HTTPRequest, tries: Int) async -> Result<HTTPResponse, Away> {
        var end = await once(request)
        for _ in 1..<max(1, tries) where Self.isPassing(end) {
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0...100)))
            end = await once(request)
        }
        return end.flatMap { Self.usable($0) }
    }

    private func once(_ request: HTTPRequest) async -> Result<HTTPResponse, Away> {
        do {
            return .success(try await http.send(request))
        } catch {
            return .failure(Away(detail: "\(error)"))
        }
    }

    private func request(_ url: String, for message: Message) -> HTTPRequest {
        var headers: HTTPHeaders = [
            "Accept": "application/json", "X-Tenant-ID": message.tenant, "X-Request-ID": message.requestID,
        ]
        if let trace = message.traceparent.flatMap({ TraceContext(traceparent: $0) }) {
            headers["traceparent"] = trace.child().traceparent
        }
        if let secret { headers["Authorization"] = "Bearer \(token(for: message.tenant, secret.revealed))" }
        return HTTPRequest(.get, url, headers: headers, timeout: Self.timeout)
    }

    /// A token of five minutes, used for four.
    private func token(for tenant: String, _ secret: String) -> String {
        tokens.withLock { tokens in
            let now = ContinuousClock.now
            if let token = tokens[tenant], token.freshUntil > now { return token.text }
            let issued = Timestamp.now.milliseconds / 1000
            let claims = JSONWriter.object {
                $0.member("sub", "oms")
                $0.member("tenant_id", tenant)
                $0.member("role", Role.service)
                $0.member("iat", issued)
                $0.member("exp", issued + Self.tokenLife)
            }
            let text = JSONWebToken.signed(claims: claims, secret: secret)
            tokens = tokens.filter { $0.value.freshUntil > now }
            tokens[tenant] = Token(text: text, freshUntil: now + .seconds(Self.tokenLife - 60))
            return text
        }
    }

    private static func isPassing(_ end: Result<HTTPResponse, Away>) -> Bool {
        switch end {
        case .failure: true
        case .success(let response): response.status == 429 || response.status >= 500
        }
    }

    /// 401 and 403 are a fault of the settings: the service is as good as away.
    private static func usable(_ response: HTTPResponse) -> Result<HTTPResponse, Away> {
        switch response.status {
        case 200..<300, 400, 404, 422: .success(response)
        default: .failure(Away(detail: "HTTP \(response.status)"))
        }
    }
}
