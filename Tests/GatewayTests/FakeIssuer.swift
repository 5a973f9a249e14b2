import Contracts
import Crypto
import CryptoExtras
import CurlHTTP
import Foundation
import Synchronization

/// A token issuer: keys, their publication, and tokens.
struct FakeIssuer {
    enum Key {
        case rsa(_RSA.Signing.PrivateKey)
        case ec(P256.Signing.PrivateKey)

        var algorithm: String {
            switch self {
            case .rsa: "RS256"
            case .ec: "ES256"
            }
        }

        func sign(_ content: String) throws -> Data {
            switch self {
            case .rsa(let key):
                try key.signature(for: SHA256.hash(data: Data(content.utf8)), padding: .insecurePKCS1v1_5)
                    .rawRepresentation
            case .ec(let key): try key.signature(for: Data(content.utf8)).rawRepresentation
            }
        }

        /// The public key as a JSON Web Key.
        func published(_ id: String, use: String = "sig") throws -> String {
            switch self {
            case .rsa(let key):
                let numbers = try key.publicKey.getKeyPrimitives()
                return """
                    {"kty":"RSA","kid":"\(id)","use":"\(use)","alg":"RS256","n":"\(base64URL(numbers.modulus))",\
                    "e":"\(base64URL(numbers.publicExponent))"}
                    """
            case .ec(let key):
                let point = key.publicKey.rawRepresentation
                return """
                    {"kty":"EC","crv":"P-256","kid":"\(id)","use":"\(use)","x":"\(base64URL(point.prefix(32)))",\
                    "y":"\(base64URL(point.suffix(32)))"}
                    """
            }
        }
    }

    static func rsa() throws -> Key { .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048)) }
    static func ec() -> Key { .ec(P256.Signing.PrivateKey()) }

    static func keySet(_ keys: String...) -> [UInt8] { Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8) }

    /// `header` is added to the algorithm and the key id.
    static func token(
        _ key: Key, id: String? = "one", claims: String = claims(), algorithm: String? = nil, header: String = ""
    ) throws -> String {
        let id = id.map { #","kid":"\#($0)""# } ?? ""
        let head = #"{"alg":"\#(algorithm ?? key.algorithm)"\#(id)\#(header)}"#
        let content = base64URL(Data(head.utf8)) + "." + base64URL(Data(claims.utf8))
        return content + "." + base64URL(try key.sign(content))
    }

    /// A token with a shared secret, whatever its header says.
    static func token(secret: Data, algorithm: String = "HS256", claims: String = claims()) -> String {
        let content = base64URL(Data(#"{"alg":"\#(algorithm)"}"#.utf8)) + "." + base64URL(Data(claims.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data(content.utf8), using: SymmetricKey(data: secret))
        return content + "." + base64URL(Data(code))
    }

    static func claims(_ more: String = "") -> String {
        let exp = Timestamp.now.milliseconds / 1000 + 3600
        return #"{"sub":"cust_42","tenant_id":"default","role":"customer","exp":\#(exp)\#(more)}"#
    }
}

func base64URL(_ data: Data) -> String {
    data.base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        .replacingOccurrences(of: "=", with: "")
}

/// An HTTP client whose answers the test gives. Counts the requests.
final class ScriptedHTTP: HTTPSending {
    private let answer: Mutex<HTTPResponse?>
    private let requests = Mutex(0)

    /// nil is a server that is away.
    init(_ body: [UInt8]?) { answer = Mutex(body.map { HTTPResponse(status: 200, body: $0) }) }

    var count: Int { requests.withLock { $0 } }

    func answers(_ response: HTTPResponse?) { answer.withLock { $0 = response } }

    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        requests.withLock { $0 += 1 }
        guard let response = answer.withLock({ $0 }) else {
            throw HTTPClientError(.notSent, wasSent: false, "away")
        }
        return response
    }
}
