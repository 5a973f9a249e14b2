import Crypto
import Foundation

/// Tokens as an identity provider of the shop would sign them (RFC 7515, HS256).
public enum TestToken {
    /// - `role`: `customer`, `staff`, `admin` or `service`.
    /// - `expiresIn`: Seconds from now; negative is past.
    /// - `algorithm`: As the header says; the signature is HMAC with SHA-256 whatever it says, empty for `none`.
    public static func signed(
        role: String = "customer", subject: String = "cust_42", tenant: String = "default", expiresIn: Int = 3600,
        secret: String = Fleet.jwtSecret, algorithm: String = "HS256"
    ) -> String {
        let expiry = Int(Date().timeIntervalSince1970) + expiresIn
        let claims = #"{"sub":"\#(subject)","tenant_id":"\#(tenant)","role":"\#(role)","exp":\#(expiry)}"#
        let content = base64URL(Data(#"{"alg":"\#(algorithm)","typ":"JWT"}"#.utf8)) + "." + base64URL(Data(claims.utf8))
        guard algorithm != "none" else { return content + "." }
        let signature = HMAC<SHA256>.authenticationCode(
            for: Data(content.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return content + "." + base64URL(Data(signature))
    }

    private static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }
}
