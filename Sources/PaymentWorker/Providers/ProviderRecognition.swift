import Contracts
import CurlHTTP

/// Tells from a callback alone which provider it claims to come from. Proves nothing: the signature does.
enum ProviderRecognition {
    /// - Parameters:
    ///   - body: The raw bytes.
    ///   - parameters: Of the message: `content_type`, `stripe-signature`, `x-sign`.
    /// - Returns: nil when no provider sends callbacks like this.
    static func provider(_ body: [UInt8], _ parameters: [String: String]) -> PaymentProvider? {
        if parameters["stripe-signature"] != nil { return .stripe }
        if parameters["x-sign"] != nil { return .mono }
        if isJSON(body, parameters["content_type"]) {
            guard let json = try? JSONParser.parse(body) else { return nil }
            if json["storeId"] != nil, json["orderId"] != nil, json["paymentState"] != nil { return .privatbank }
            return isFondy(json) || json["response"].map(isFondy) == true ? .fondy : nil
        }
        guard let form = FormFields(decoding: body) else { return nil }
        if form["data"] != nil, form["signature"] != nil { return .liqpay }
        return form["merchant_id"] != nil && form["order_status"] != nil ? .fondy : nil
    }

    private static func isFondy(_ json: JSON) -> Bool { json["merchant_id"] != nil && json["order_status"] != nil }

    /// Any other content type is read as JSON when the body begins with `{`, as a form otherwise.
    private static func isJSON(_ body: [UInt8], _ contentType: String?) -> Bool {
        let type = (contentType ?? "").lowercased()
        if type.hasPrefix("application/json") { return true }
        if type.hasPrefix("application/x-www-form-urlencoded") { return false }
        return body.first { $0 > 0x20 } == UInt8(ascii: "{")
    }
}
