import Contracts

/// What the claims of a token must say, once its signature is verified (openapi.yaml, bearerAuth). Pure.
struct TokenRules: Sendable {
    /// `iss` that tokens must have; nil: any.
    var issuer: String?
    /// What `aud` must name; nil: anything.
    var audience: String?

    /// Clock difference that is allowed.
    static let leeway: Duration = .seconds(60)
    /// Times past the year 9999 are no times.
    private static let times: Range<Int64> = 1..<253_402_300_800

    /// Throws ``GatewayProblem``: 401 with the reason.
    func check(_ claims: JSON, at now: Timestamp) throws -> VerifiedToken {
        guard let expiresAt = Self.time(claims["exp"]) else {
            throw GatewayProblem(.invalidToken, "The token has no time of expiry.")
        }
        guard now < expiresAt.adding(Self.leeway) else { throw Self.expired(expiresAt) }
        if let sent = claims["nbf"] {
            guard let notBefore = Self.time(sent), notBefore <= now.adding(Self.leeway) else {
                throw GatewayProblem(.invalidToken, "The token is not valid yet.")
            }
        }
        if let issuer, claims["iss"]?.string != issuer {
            throw GatewayProblem(.invalidToken, "The token is of another issuer.")
        }
        if let audience, !Self.names(claims["aud"], audience) {
            throw GatewayProblem(.invalidToken, "The token is for another audience.")
        }
        guard let role = claims["role"]?.string.flatMap({ Role(rawValue: $0) }), role != .anonymous else {
            throw GatewayProblem(.invalidToken, "The token has no known role.")
        }
        guard let tenant = claims["tenant_id"]?.string, ExternalID.isValid(tenant), let subject = claims["sub"]?.string,
            ExternalID.isValid(subject)
        else { throw GatewayProblem(.invalidToken, "The token names no tenant or no subject.") }
        return VerifiedToken(
            caller: Caller(tenant: tenant, actor: Actor(role: role, subject: subject)), expiresAt: expiresAt)
    }

    static func expired(_ time: Timestamp) -> GatewayProblem {
        GatewayProblem(.tokenExpired, "The token expired at \(time).")
    }

    /// A NumericDate: seconds, which some issuers send with a fraction.
    private static func time(_ value: JSON?) -> Timestamp? {
        guard case .number(let text)? = value, let seconds = Double(text), seconds >= Double(times.lowerBound),
            seconds < Double(times.upperBound)
        else { return nil }
        return Timestamp(milliseconds: Int64(seconds * 1000))
    }

    /// `aud` is one word or several.
    private static func names(_ value: JSON?, _ audience: String) -> Bool {
        value?.string == audience || value?.array?.contains(.string(audience)) == true
    }
}

/// A token that was found right.
struct VerifiedToken {
    let caller: Caller
    let expiresAt: Timestamp
}
