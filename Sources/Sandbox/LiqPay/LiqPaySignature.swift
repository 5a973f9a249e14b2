import Crypto
import FoundationEssentials

/// The signature of LiqPay's `data`, for requests and callbacks alike.
///
/// It is the standard base64 of the raw hash of private key, data and private key: SHA3-256 for payloads of version 7
/// and newer, SHA-1 below.
struct LiqPaySignature: Sendable {
    let privateKey: String

    /// Signs `data`, the base64 text as it is sent, never decoded and encoded again.
    func sign(_ data: String, version: Int64) -> String {
        let message = Array((privateKey + data + privateKey).utf8)
        return version >= 7
            ? Data(SHA3_256.hash(data: message)).base64EncodedString()
            : Data(Insecure.SHA1.hash(data: message)).base64EncodedString()
    }

    /// Compares in constant time. Only the hash of the payload's version is accepted.
    func accepts(_ signature: String, of data: String, version: Int64) -> Bool {
        let expected = Array(sign(data, version: version).utf8)
        let given = Array(signature.utf8)
        guard expected.count == given.count else { return false }
        return zip(expected, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
