import Contracts
import Foundation
import JWTKit
import Synchronization

/// Verifies bearer tokens and remembers verified ones until they expire or the keys change, for a signature costs more than
/// all other work on a request.
final class TokenVerifier: Sendable {
    private struct Remembered {
        let token: VerifiedToken
        /// Of the issuer's keys at that time.
        let generation: Int
    }

    private static let cacheLimit = 10_000

    private let secret: (any JWTAlgorithm)?
    private let keys: KeyStore?
    private let rules: TokenRules
    private let cache = Mutex<[String: Remembered]>([:])

    /// - `secret`: Shared with whoever issues tokens (HS256); nil: no such tokens are taken.
    /// - `keys`: Of the issuer of signed tokens (RS256, ES256); nil: no such tokens are taken.
    init(secret: String?, keys: KeyStore?, rules: TokenRules) async {
        if let secret {
            let keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
            self.secret = try? await keys.getKey()
        } else {
            self.secret = nil
        }
        self.keys = keys
        self.rules = rules
    }

    /// The caller that an `Authorization` header names. Throws ``GatewayProblem``: 401 with the reason; 503 while the issuer's
    /// keys were never read.
    func verify(authorization: String) async throws -> Caller {
        guard let token = Self.bearer(authorization) else {
            throw GatewayProblem(.unauthenticated, "A bearer token is needed.")
        }
        let generation = keys?.generation ?? 0
        if let known = cache.withLock({ $0[token] }), known.generation == generation {
            let expiresAt = known.token.expiresAt
            guard Timestamp.now < expiresAt.adding(TokenRules.leeway) else { throw TokenRules.expired(expiresAt) }
            return known.token.caller
        }
        let verified = try rules.check(try await claims(of: token), at: .now)
        cache.withLock { cache in
            if cache.count >= Self.cacheLimit { cache.removeAll(keepingCapacity: true) }
            cache[token] = Remembered(token: verified, generation: generation)
        }
        return verified.caller
    }

    private static func bearer(_ authorization: String) -> String? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    /// The claims of a token whose signature fits the key that its kind of algorithm asks for: the shared secret for HS256,
    /// a published key for the others.
    private func claims(of text: String) async throws -> JSON {
        guard let token = SignedToken(text) else { throw GatewayProblem(.invalidToken, "The token cannot be read.") }
        let verifier: (any JWTAlgorithm)?
        switch token.algorithm {
        case "HS256" where secret != nil: verifier = secret
        case let algorithm where SigningKeys.algorithms.contains(algorithm) && keys != nil:
            verifier = try await keys?.verifier(id: token.keyID, algorithm: algorithm)
        default: throw GatewayProblem(.invalidToken, "The token is signed with an algorithm that is not taken.")
        }
        guard let verifier else { throw GatewayProblem(.invalidToken, "The token is signed with an unknown key.") }
        guard (try? verifier.verify(token.signature, signs: token.content)) == true,
            let claims = token.verifiedClaims()
        else { throw GatewayProblem(.invalidToken, "The token cannot be verified.") }
        return claims
    }
}
