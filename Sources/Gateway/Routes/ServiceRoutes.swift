import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Service

/// Health, metrics and the API's own documents: no tenant, no token.
struct ServiceRoutes {
    let readiness: Readiness
    let metrics: PrometheusRegistry
    let docsPath: String

    func add(to router: Router<GatewayContext>) {
        router.get("/health/live") { _, _ in Self.json(#"{"status":"ok"}"#, status: .ok) }
        router.get("/health/ready") { _, _ in
            let report = readiness.report
            return Self.json(report.json, status: HTTPResponse.Status(code: report.httpStatus))
        }
        router.get("/metrics") { _, _ in Self.text(metrics.text, type: "text/plain; version=0.0.4; charset=utf-8") }
        for name in ["openapi.yaml", "asyncapi.yaml"] {
            router.get("/\(name)") { _, _ in
                guard let text = try? String(contentsOfFile: "\(docsPath)/\(name)", encoding: .utf8) else {
                    throw GatewayProblem(.notFound, "The document is not installed (DOCS_PATH).")
                }
                return Self.text(text, type: "application/yaml")
            }
        }
    }

    private static func json(_ text: String, status: HTTPResponse.Status) -> Response {
        var response = Self.text(text, type: "application/json")
        response.status = status
        return response
    }

    private static func text(_ text: String, type: String) -> Response {
        Response(status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
