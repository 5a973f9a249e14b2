import Service

/// What clients may do at the edge.
struct EdgeSettings: SettingsGroup {
    let limits: ConnectionLimits
    let proxies: Int
    let origins: Set<String>
    let strictTenants: Set<String>

    init(from reader: SettingsReader) {
        limits = ConnectionLimits(
            idle: reader.value(
                "HTTP_IDLE_SECONDS", .seconds(1...3600), default: "60",
                "How long a connection may be without a request, and a request's header may take"),
            transfer: reader.value(
                "HTTP_TRANSFER_SECONDS", .seconds(1...3600), default: "20",
                "How long a body may take, and how long an answer may stay unread"),
            header: reader.value(
                "HTTP_HEADER_BYTES", .integer(1024...81_920), default: "16384", "Longest header of a request"),
            connections: reader.value(
                "HTTP_CONNECTIONS", .integer(1...1_000_000), default: "4096",
                "Connections open at once, at most what the limit of open files allows; more wait"))
        proxies = reader.value(
            "HTTP_PROXIES", .integer(0...10), default: "0",
            "Proxies in front that add to X-Forwarded-For; tells addresses apart for quotas")
        origins = Self.words(
            reader.optional(
                "CORS_ORIGINS", .text(),
                "Origins whose pages may call the API in a browser, with commas; * is any; none when absent"))
        strictTenants = Self.words(
            reader.optional(
                "STRICT_TENANTS", .text(),
                "Tenants that demand Idempotency-Key and If-Match, with commas; * is every one; none when absent"))
    }

    private static func words(_ text: String?) -> Set<String> {
        Set((text ?? "").split(separator: ",").map { String($0.filter { $0 != " " }) })
    }
}
