import Contracts
import Foundation
import JWTKit

/// The keys that tokens may be signed with, by key id and algorithm. A key serves one algorithm only, whatever a token
/// says: that is what keeps a public key from being used as a shared secret.
struct SigningKeys: Sendable {
    /// The algorithms of published keys that are taken.
    static let algorithms: Set<String> = ["RS256", "ES256"]

    private struct Entry {
        let id: String?
        let algorithm: String
        let verifier: any JWTAlgorithm
    }

    private let entries: [Entry]
    /// As they were published; equal for equal keys.
    let published: [JSON]

    var count: Int { entries.count }

    /// Reads a JSON Web Key Set (RFC 7517). Keys that are not for signatures, of other kinds or sizes, or not readable
    /// are left out. nil when it is no key set or none of its keys can be used.
    init?(keySet body: [UInt8]) async {
        guard let keys = try? JSONParser.parse(body)["keys"]?.array else { return nil }
        var entries: [Entry] = []
        var published: [JSON] = []
        for key in keys.prefix(100) {
            guard let entry = await Self.entry(key) else { continue }
            entries.append(entry)
            published.append(key)
        }
        guard !entries.isEmpty else { return nil }
        self.entries = entries
        self.published = published
    }

    /// The key that a token names. One that names none is verified with the only key of its algorithm, if it is the only one.
    func verifier(id: String?, algorithm: String) -> (any JWTAlgorithm)? {
        let candidates = entries.filter { $0.algorithm == algorithm && (id == nil || $0.id == id) }
        return candidates.count == 1 ? candidates[0].verifier : nil
    }

    private static func entry(_ key: JSON) async -> Entry? {
        guard key["use"]?.string ?? "sig" == "sig",
            key["key_ops"]?.array?.contains(.string("verify")) ?? true
        else { return nil }
        let id = key["kid"]?.string
        let name: String
        let jwk: JWK
        switch key["kty"]?.string {
        case "RSA":
            name = "RS256"
            jwk = .rsa(
                .rs256, identifier: JWKIdentifier(string: "key"), modulus: key["n"]?.string, exponent: key["e"]?.string)
        case "EC" where key["crv"]?.string == "P-256":
            name = "ES256"
            jwk = .ecdsa(
                .es256, identifier: JWKIdentifier(string: "key"), x: key["x"]?.string, y: key["y"]?.string, curve: .p256
            )
        default: return nil
        }
        guard key["alg"]?.string ?? name == name,
            let keys = try? await JWTKeyCollection().add(jwk: jwk), let verifier = try? await keys.getKey()
        else { return nil }
        return Entry(id: id, algorithm: name, verifier: verifier)
    }
}
