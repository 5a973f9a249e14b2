import Hummingbird
import Logging
import ServiceLifecycle

/// Serves `/health/live`, `/health/ready` and `/metrics` on a port apart from the process's own work.
///
/// Put it first among the services: it then stops last and answers "not ready" while the others finish.
public struct AdminServer: Service {
    private let host: String
    private let port: Int
    private let readiness: Readiness
    private let metrics: PrometheusRegistry

    public init(host: String, port: Int, readiness: Readiness, metrics: PrometheusRegistry) {
        self.host = host
        self.port = port
        self.readiness = readiness
        self.metrics = metrics
    }

    /// Serves until graceful shutdown. Throws if the port is taken.
    public func run() async throws {
        let application = Application(
            router: router(), configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            logger: Logger(label: "admin"))
        try await application.run()
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/health/live") { _, _ in Self.json(.ok, "{\"status\":\"ok\"}") }
        router.get("/health/ready") { _, _ in
            let report = readiness.report
            return Self.json(HTTPResponse.Status(code: report.httpStatus), report.json)
        }
        router.get("/metrics") { _, _ in
            Self.answer(.ok, ExpositionText.contentType, metrics.text)
        }
        return router
    }

    private static func json(_ status: HTTPResponse.Status, _ body: String) -> Response {
        answer(status, "application/json", body)
    }

    private static func answer(_ status: HTTPResponse.Status, _ contentType: String, _ body: String) -> Response {
        Response(
            status: status, headers: [.contentType: contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
