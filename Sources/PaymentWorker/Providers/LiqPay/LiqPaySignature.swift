import Connectors
import Crypto

/// `base64(HASH(private_key + data + private_key))`, where `data` is the base64 text as it was sent.
enum LiqPaySignature {
    static func sign(_ data: String, _ account: LiqPayAccount) -> String {
        Base64.encode(digest(data, account))
    }

    /// Compares in constant time; a signature of the other hash is not accepted.
    static func isValid(_ signature: String, of data: String, _ account: LiqPayAccount) -> Bool {
        guard let bytes = Base64.decode(signature) else { return false }
        let expected = digest(data, account)
        guard bytes.count == expected.count else { return false }
        return zip(bytes, expected).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func digest(_ data: String, _ account: LiqPayAccount) -> [UInt8] {
        let input = Array((account.privateKey + data + account.privateKey).utf8)
        return account.version >= 7 ? Array(SHA3_256.hash(data: input)) : Array(Insecure.SHA1.hash(data: input))
    }
}
