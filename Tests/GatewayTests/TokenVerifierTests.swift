import Contracts
import Crypto
import CurlHTTP
import Foundation
import Logging
import Testing

@testable import Gateway

@Suite("Token verifier") struct TokenVerifierTests {
    private static let secret = "a secret of the tests, 32 bytes."

    private func verifier(
        secret: String? = secret, _ http: ScriptedHTTP?, pause: Duration = .seconds(10)
    ) async -> TokenVerifier {
        let keys = http.map {
            KeyStore(url: "https://id/keys", http: $0, timing: .init(pause: pause), logger: Logger(label: "test"))
        }
        return await TokenVerifier(secret: secret, keys: keys, rules: TokenRules())
    }

    /// The code of the refusal; nil when it is taken.
    private func refusal(_ token: String, _ verifier: TokenVerifier) async -> String? {
        do {
            _ = try await verifier.verify(authorization: "Bearer \(token)")
            return nil
        } catch let problem as GatewayProblem {
            return problem.problem.code.rawValue
        } catch {
            return "\(error)"
        }
    }

    @Test func sharedSecret() async throws {
        let verifier = await verifier(nil)
        let good = FakeIssuer.token(secret: Data(Self.secret.utf8))
        #expect(await refusal(good, verifier) == nil)
        #expect(await refusal(good, verifier) == nil, "remembered")
        #expect(await refusal(FakeIssuer.token(secret: Data("another".utf8)), verifier) == "invalid_token")
        for algorithm in ["none", "None", "HS384", "RS256", "ES256", "hs256", ""] {
            let token = FakeIssuer.token(secret: Data(Self.secret.utf8), algorithm: algorithm)
            #expect(await refusal(token, verifier) == "invalid_token", "\(algorithm)")
        }
        let unsigned = good.split(separator: ".").dropLast().joined(separator: ".") + "."
        #expect(await refusal(unsigned, verifier) == "invalid_token")
    }

    @Test(arguments: ["Basic abc", "Bearer", "", "abc"]) func otherSchemes(header: String) async {
        let verifier = await verifier(nil)
        await #expect(throws: GatewayProblem.self) { try await verifier.verify(authorization: header) }
    }

    @Test func publishedKeys() async throws {
        let (rsa, ec, stranger) = (try FakeIssuer.rsa(), FakeIssuer.ec(), FakeIssuer.ec())
        let http = ScriptedHTTP(FakeIssuer.keySet(try rsa.published("one"), try ec.published("two")))
        let verifier = await verifier(http)
        #expect(try await refusal(FakeIssuer.token(rsa, id: "one"), verifier) == nil)
        #expect(try await refusal(FakeIssuer.token(ec, id: "two"), verifier) == nil)
        #expect(try await refusal(FakeIssuer.token(ec, id: nil), verifier) == nil)
        #expect(try await refusal(FakeIssuer.token(stranger, id: "two"), verifier) == "invalid_token")
        #expect(try await refusal(FakeIssuer.token(ec, id: "one"), verifier) == "invalid_token")
        let crit = try FakeIssuer.token(ec, id: "two", header: #","crit":["exp"]"#)
        #expect(await refusal(crit, verifier) == "invalid_token")
        #expect(await refusal(FakeIssuer.token(secret: Data(Self.secret.utf8)), verifier) == nil, "both are taken")
    }

    /// A public key is no secret: nothing that was signed with it as one may pass, in whatever form it was written down.
    @Test func publicKeyAsSharedSecret() async throws {
        let ec = FakeIssuer.ec()
        guard case .ec(let key) = ec else { return }
        let published = try ec.published("one")
        let http = ScriptedHTTP(FakeIssuer.keySet(published))
        for secret in [nil, Self.secret] {
            let verifier = await verifier(secret: secret, http)
            let forms = [
                Data(key.publicKey.pemRepresentation.utf8), key.publicKey.derRepresentation,
                key.publicKey.rawRepresentation, key.publicKey.x963Representation, Data(published.utf8),
            ]
            for form in forms {
                #expect(await refusal(FakeIssuer.token(secret: form), verifier) == "invalid_token")
                let lying = FakeIssuer.token(secret: form, algorithm: "ES256")
                #expect(await refusal(lying, verifier) == "invalid_token")
            }
        }
    }

    @Test func changeOfKeys() async throws {
        let (old, new) = (FakeIssuer.ec(), FakeIssuer.ec())
        let http = ScriptedHTTP(FakeIssuer.keySet(try old.published("old")))
        let verifier = await verifier(http, pause: .zero)
        let early = try FakeIssuer.token(old, id: "old")
        #expect(await refusal(early, verifier) == nil)
        http.answers(
            HTTPResponse(status: 200, body: FakeIssuer.keySet(try old.published("old"), try new.published("new"))))
        #expect(try await refusal(FakeIssuer.token(new, id: "new"), verifier) == nil)
        #expect(await refusal(early, verifier) == nil)
        http.answers(HTTPResponse(status: 200, body: FakeIssuer.keySet(try new.published("new"))))
        #expect(try await refusal(FakeIssuer.token(old, id: "unknown"), verifier) == "invalid_token")
        #expect(await refusal(early, verifier) == "invalid_token", "its key was withdrawn")
    }

    @Test func issuerNeverSeen() async throws {
        let http = ScriptedHTTP(nil)
        let verifier = await verifier(http)
        #expect(try await refusal(FakeIssuer.token(FakeIssuer.ec()), verifier) == "unavailable")
        #expect(await refusal(FakeIssuer.token(secret: Data(Self.secret.utf8)), verifier) == nil)
    }
}
