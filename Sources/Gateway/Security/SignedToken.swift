import Contracts
import Foundation

/// A token taken apart (RFC 7515, compact form). Nothing in it is believed before its signature is verified.
struct SignedToken {
    let algorithm: String
    let keyID: String?
    /// What the signature is over.
    let content: ArraySlice<UInt8>
    let signature: Data
    private let payload: Substring

    /// nil for what is no such token, and for one whose header demands extensions (`crit`): nobody here understands any.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.decode(parts[0]), let signature = Self.decode(parts[2]),
            let fields = try? JSONParser.parse(header), let algorithm = fields["alg"]?.string, fields["crit"] == nil
        else { return nil }
        self.algorithm = algorithm
        self.signature = signature
        keyID = fields["kid"]?.string
        payload = parts[1]
        content = Array(text.utf8)[..<(parts[0].utf8.count + 1 + parts[1].utf8.count)]
    }

    /// The claims, for the caller that has verified the signature; nil when they are no JSON object.
    func verifiedClaims() -> JSON? {
        guard let bytes = Self.decode(payload), let claims = try? JSONParser.parse(bytes), case .object = claims
        else { return nil }
        return claims
    }

    /// Base 64 with the URL-safe alphabet and no padding (RFC 7515, section 2).
    static func decode(_ text: Substring) -> Data? {
        var letters: [UInt8] = []
        letters.reserveCapacity(text.utf8.count + 3)
        for letter in text.utf8 {
            switch letter {
            case UInt8(ascii: "-"): letters.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): letters.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: letters.append(letter)
            }
        }
        while letters.count % 4 != 0 { letters.append(UInt8(ascii: "=")) }
        return Data(base64Encoded: Data(letters))
    }
}
