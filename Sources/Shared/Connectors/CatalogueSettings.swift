import Service

/// Where the catalogue is, and what signs our calls of the shop's services.
public struct CatalogueSettings: SettingsGroup {
    public let coreURL: String
    /// nil: the services ask for no token.
    public let serviceSecret: Redacted<String>?

    public init(from reader: SettingsReader) {
        coreURL = reader.value(
            "CORE_SERVICE_URL", .url("http", "https"), default: "http://core:8080", "Base URL of the catalogue")
        serviceSecret = reader.optionalSecret(
            "SERVICE_TOKEN_SECRET", .text(minimum: 16), "Signs our tokens for Core and CRM; without it none is sent")
    }
}
