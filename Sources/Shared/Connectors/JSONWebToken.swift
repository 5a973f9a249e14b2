import Crypto

/// Signs tokens as RFC 7515 (JWS compact form) and RFC 7518 (HS256) say.
public enum JSONWebToken {
    /// The token for these claims, which are a JSON object.
    public static func signed(claims: [UInt8], secret: String) -> String {
        let content = base64URL(#"{"alg":"HS256","typ":"JWT"}"#.utf8) + "." + base64URL(claims)
        let signature = HMAC<SHA256>.authenticationCode(
            for: Array(content.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        return content + "." + base64URL(signature)
    }

    /// Base 64 with the URL-safe alphabet and no padding (RFC 4648, section 5).
    public static func base64URL(_ bytes: some Sequence<UInt8>) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        var buffer = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | Int(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[buffer >> bits & 63])
            }
            buffer &= (1 << bits) - 1
        }
        if bits > 0 { text.append(alphabet[buffer << (6 - bits) & 63]) }
        return String(decoding: text, as: UTF8.self)
    }
}
