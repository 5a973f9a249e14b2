import Contracts
import CurlHTTP

/// LiqPay's payment page. Its address is made here: LiqPay learns of the payment when the customer opens it.
struct LiqPayCheckout: PaymentProviderRules {
    let requests: LiqPayRequests

    var provider: PaymentProvider { .liqpay }
    var methods: Set<PaymentMethod> { [.card, .applePay, .googlePay] }

    func range(in currency: Currency) -> ClosedRange<Int64>? {
        ["UAH", "USD", "EUR"].contains(currency.code) ? 1...Int64.max : nil
    }

    func pageURL(_ page: PaymentPage) -> String {
        let signed = requests.signed(payload(page))
        return requests.account.checkoutURL + "?data=" + PercentEncoding.encode(signed.data) + "&signature="
            + PercentEncoding.encode(signed.signature)
    }

    func payload(_ page: PaymentPage) -> [UInt8] {
        let account = requests.account
        return JSONWriter.object(capacity: 512) { writer in
            writer.member("version", account.version)
            writer.member("public_key", account.publicKey)
            writer.member("action", "pay")
            writer.member("amount", raw: page.amount.description.utf8)
            writer.member("currency", page.amount.currency)
            writer.member("description", page.description)
            writer.member("order_id", page.payment)
            writer.member("result_url", page.returnURL ?? account.returnURL)
            writer.member("server_url", account.callbackURL)
            writer.member("expired_date", LiqPayCheckout.date(page.expiresAt))
            writer.member("paytypes", page.method?.liqPayTypes)
            writer.member("language", page.language)
        }
    }

    /// `yyyy-MM-dd HH:mm:ss` in UTC.
    private static func date(_ time: Timestamp) -> String {
        let text = time.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
    }
}

extension PaymentMethod {
    fileprivate var liqPayTypes: String? {
        switch self {
        case .card: "card"
        case .applePay: "apay"
        case .googlePay: "gpay"
        case .installments: nil
        }
    }
}
