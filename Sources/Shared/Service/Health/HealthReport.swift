/// The state of the process at one moment, as `/health/ready` answers it.
public struct HealthReport: Sendable, Equatable {
    public enum Status: String, Sendable {
        case ok
        case degraded
        case unavailable
    }

    public let status: Status
    /// Whether each component is available.
    public let checks: [String: Bool]

    /// 200 while the process can take work, else 503.
    public var httpStatus: Int { status == .unavailable ? 503 : 200 }

    /// The body: `{"status":"ok","checks":{"broker":"ok"}}`, checks sorted by name.
    public var json: String {
        let checks = checks.sorted { $0.key < $1.key }
            .map { "\(JSONText.quoted($0)):\"\($1 ? "ok" : "unavailable")\"" }.joined(separator: ",")
        return "{\"status\":\"\(status.rawValue)\"\(checks.isEmpty ? "" : ",\"checks\":{\(checks)}")}"
    }
}
