import Contracts
import CurlHTTP
import FoundationEssentials

/// A signed payload: the two form fields of every request, opened only after the signature was checked.
struct LiqPayEnvelope: Sendable {
    let version: Int64
    let json: JSON

    /// - Throws: ``LiqPayFault``: the fields are missing, not readable, for another shop or signed with another key.
    init(_ form: FormFields?, publicKey: String, signature: LiqPaySignature) throws(LiqPayFault) {
        guard let form, let data = form["data"], !data.isEmpty else { throw .missing("data") }
        guard let given = form["signature"], !given.isEmpty else { throw .missing("signature") }
        guard let bytes = Data(base64Encoded: data), let json = try? JSONParser.parse(bytes) else {
            throw .wrong("data")
        }
        guard let version = json["version"]?.scalarText.flatMap(Int64.init), version >= 1 else {
            throw .wrong("version")
        }
        guard json["public_key"]?.string == publicKey else { throw .publicKey }
        guard signature.accepts(given, of: data, version: version) else { throw .signature }
        self.version = version
        self.json = json
    }
}
