import Contracts
import Foundation
import JWTKit
import Synchronization

/// Verifies bearer tokens and remembers verified ones until they expire, for a signature costs more than all other
/// work on a request.
final class TokenVerifier: Sendable {
    private struct Claims: JWTPayload {
        let sub: String?
        let tenantID: String?
        let role: String?
        let exp: Int64?
        let nbf: Int64?

        private enum CodingKeys: String, CodingKey {
            case sub, role, exp, nbf
            case tenantID = "tenant_id"
        }

        func verify(using algorithm: some JWTAlgorithm) {}
    }

    private struct Verified {
        let caller: Caller
        let expiresAt: Timestamp
    }

    /// Clock difference that is allowed (openapi.yaml, bearerAuth).
    private static let leeway: Duration = .seconds(60)
    private static let cacheLimit = 10_000

    private let keys: JWTKeyCollection
    private let cache = Mutex<[String: Verified]>([:])

    /// `secret` is shared with whoever issues tokens (HS256).
    init(secret: String) async {
        keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
    }

    /// The caller that an `Authorization` header names. Throws ``GatewayProblem``: 401 with the reason.
    func verify(authorization: String) async throws -> Caller {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw GatewayProblem(.unauthenticated, "A bearer token is needed.")
        }
        let token = String(parts[1])
        if let verified = cache.withLock({ $0[token] }) {
            guard Timestamp.now < verified.expiresAt.adding(Self.leeway) else { throw expired(verified.expiresAt) }
            return verified.caller
        }
        guard Self.algorithm(of: token) == "HS256" else {
            throw GatewayProblem(.invalidToken, "The token is not signed with HS256.")
        }
        let claims: Claims
        do {
            claims = try await keys.verify(token, as: Claims.self)
        } catch {
            throw GatewayProblem(.invalidToken, "The token cannot be verified.")
        }
        let verified = try check(claims)
        cache.withLock { cache in
            if cache.count >= Self.cacheLimit { cache.removeAll(keepingCapacity: true) }
            cache[token] = verified
        }
        return verified.caller
    }

    /// The algorithm that the token's header names. A key verifies with its own algorithm whatever the header says, so a
    /// header that says something else is a token that somebody tampered with.
    private static func algorithm(of token: String) -> String? {
        var header = String(token.prefix { $0 != "." }.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        header += String(repeating: "=", count: (4 - header.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: header), let json = try? JSONParser.parse(Array(data)) else { return nil }
        return json["alg"]?.string
    }

    private func check(_ claims: Claims) throws -> Verified {
        guard let exp = claims.exp, exp > 0, exp < 253_402_300_800 else {
            throw GatewayProblem(.invalidToken, "The token has no time of expiry.")
        }
        let expiresAt = Timestamp(milliseconds: exp * 1000)
        let now = Timestamp.now
        guard now < expiresAt.adding(Self.leeway) else { throw expired(expiresAt) }
        if let nbf = claims.nbf, nbf > 0, nbf < 253_402_300_800,
            Timestamp(milliseconds: nbf * 1000) > now.adding(Self.leeway)
        {
            throw GatewayProblem(.invalidToken, "The token is not valid yet.")
        }
        guard let role = claims.role.flatMap({ Role(rawValue: $0) }), role != .anonymous else {
            throw GatewayProblem(.invalidToken, "The token has no known role.")
        }
        guard let tenant = claims.tenantID, ExternalID.isValid(tenant), let subject = claims.sub,
            ExternalID.isValid(subject)
        else { throw GatewayProblem(.invalidToken, "The token names no tenant or no subject.") }
        return Verified(
            caller: Caller(tenant: tenant, actor: Actor(role: role, subject: subject)), expiresAt: expiresAt)
    }

    private func expired(_ time: Timestamp) -> GatewayProblem {
        GatewayProblem(.tokenExpired, "The token expired at \(time).")
    }
}
