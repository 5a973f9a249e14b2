import Connectors
import Contracts
import CurlHTTP

/// Reads what LiqPay sends: a callback is a form with `data` and `signature`.
struct LiqPayReader: ProviderReader {
    let account: LiqPayAccount

    var provider: PaymentProvider { .liqpay }

    /// Verifies the signature over the text of `data` as it came, and only then reads it.
    ///
    /// - Throws: ``ProviderError`` `.badSignature`. What is signed but cannot be read is a callback without a report.
    func callback(_ body: [UInt8], _ parameters: [String: String]) throws(ProviderError) -> VerifiedCallback {
        guard let form = FormFields(decoding: body), let data = form["data"], let signature = form["signature"],
            LiqPaySignature.isValid(signature, of: data, account)
        else { throw ProviderError(.badSignature, provider: "liqpay", "the callback's signature does not fit") }
        guard let bytes = Base64.decode(data), let json = try? JSONParser.parse(bytes) else {
            return VerifiedCallback(reference: "", document: JSON.null.jsonBytes, report: nil)
        }
        let report = LiqPayReplies(account: account).report(json, source: .callback)
        return VerifiedCallback(
            reference: report?.reference ?? "", document: LiqPayReplies.redacted(json).jsonBytes, report: report)
    }

    func status(_ document: JSON, of payment: Identifier) -> ProviderReport? {
        LiqPayReplies(account: account).status(document, of: payment)
    }
}
