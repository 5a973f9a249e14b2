import HTTPTypes

extension HTTPField.Name {
    static let prefer = known("Prefer")
    static let preferenceApplied = known("Preference-Applied")
    static let traceparent = known("traceparent")
    static let idempotencyKey = known("Idempotency-Key")
    static let idempotentReplayed = known("Idempotent-Replayed")
    static let xRequestID = known("X-Request-ID")
    static let xForwardedFor = known("X-Forwarded-For")
    static let rateLimit = known("RateLimit")
    static let rateLimitPolicy = known("RateLimit-Policy")

    /// For names that are valid by sight.
    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("not a field name: \(name)") }
        return name
    }
}
