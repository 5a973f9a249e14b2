import Service

/// What the gateway can be told.
struct GatewaySettings: SettingsGroup {
    let broker: Redacted<String>
    let host: String
    let port: Int
    let tokens: TokenSettings
    let edge: EdgeSettings
    let quotas: Quotas.Numbers
    let defaultTenant: String
    let patience: Duration
    let docsPath: String

    init(from reader: SettingsReader) {
        broker = reader.rabbitmqURL()
        host = reader.value("HTTP_HOST", .text(), default: "0.0.0.0", "Address that the API is served at")
        port = reader.value("HTTP_PORT", .integer(1...65535), default: "8081", "Port that the API is served at")
        tokens = TokenSettings(from: reader)
        defaultTenant = reader.value(
            "DEFAULT_TENANT", .text(), default: "default", "Tenant of calls that need no token")
        patience = reader.value(
            "REPLY_TIMEOUT_MILLISECONDS", .milliseconds(100...10_000), default: "2000",
            "How long an outcome is awaited before 202")
        edge = EdgeSettings(from: reader)
        quotas = Quotas.Numbers(from: reader)
        docsPath = reader.value(
            "DOCS_PATH", .text(), default: "docs", "Folder with openapi.yaml and asyncapi.yaml")
    }
}
