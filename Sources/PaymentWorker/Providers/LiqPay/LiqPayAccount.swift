import Contracts

/// The shop's keys and addresses at LiqPay.
struct LiqPayAccount: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    let publicKey: String
    let privateKey: String
    /// Base of the API, without a slash at the end: `https://www.liqpay.ua/api`.
    let apiURL: String
    /// `version` of the payloads. 7 and above are signed with SHA3-256, lower ones with SHA-1.
    let version: Int
    /// Where LiqPay sends its callbacks.
    let callbackURL: String
    /// Where the browser goes when the client names no address.
    let returnURL: String?

    var requestURL: String { "\(apiURL)/request" }
    var checkoutURL: String { "\(apiURL)/3/checkout" }
    /// Keys of test shops begin with `sandbox_`; only their payments may end in the word `sandbox`.
    var isTest: Bool { publicKey.hasPrefix("sandbox_") }

    var description: String { "LiqPay shop \(publicKey)" }
    var debugDescription: String { description }
}
