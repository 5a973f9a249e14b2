import Service

/// Which tokens are taken.
struct TokenSettings: SettingsGroup {
    let secret: Redacted<String>?
    let keysURL: String?
    let rules: TokenRules
    let timing: KeyStore.Timing

    init(from reader: SettingsReader) {
        secret = reader.optionalSecret(
            "JWT_SECRET", .text(minimum: 32), "Shared secret of HS256 tokens; this or JWT_KEYS_URL is needed")
        keysURL = reader.optional(
            "JWT_KEYS_URL", .url("https", "http"),
            "Where the token issuer publishes its keys (RS256, ES256) as a JSON Web Key Set")
        rules = TokenRules(
            issuer: reader.optional("JWT_ISSUER", .text(), "What `iss` of a token must be; any when absent"),
            audience: reader.optional("JWT_AUDIENCE", .text(), "What `aud` of a token must name; any when absent"))
        timing = KeyStore.Timing(
            interval: reader.value(
                "JWT_KEYS_REFRESH_SECONDS", .seconds(10...86_400), default: "300",
                "How often the issuer's keys are read again"),
            pause: reader.value(
                "JWT_KEYS_PAUSE_SECONDS", .seconds(1...3600), default: "10",
                "Time between two readings at least, for unknown keys and after a failure"))
        if secret == nil, keysURL == nil { reader.report("JWT_SECRET", "is required, or JWT_KEYS_URL") }
        if let keysURL, keysURL.hasPrefix("http://"), !Self.isLocal(keysURL) {
            reader.report("JWT_KEYS_URL", "must begin with https:// unless its host is this machine")
        }
    }

    /// Keys that travel unprotected are anybody's keys.
    private static func isLocal(_ url: String) -> Bool {
        let host = url.dropFirst("http://".count).prefix { $0 != "/" && $0 != ":" && $0 != "?" }
        return host == "localhost" || host == "127.0.0.1"
    }
}
