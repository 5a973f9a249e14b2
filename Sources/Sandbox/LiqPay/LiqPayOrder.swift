import Contracts

/// What a shop asks the customer to pay: the fields of a checkout that matter here.
struct LiqPayOrder: Sendable, Equatable {
    enum Action: String, Sendable {
        case pay
        case hold
    }

    let version: Int64
    let action: Action
    let amount: Money
    let text: String
    let orderID: String
    let resultURL: String?
    let serverURL: String?
    /// Nil: the page never expires.
    let expiresAt: Timestamp?

    /// - Throws: ``LiqPayFault`` with the code LiqPay would show.
    init(_ envelope: LiqPayEnvelope) throws(LiqPayFault) {
        let json = envelope.json
        version = envelope.version
        guard let action = json["action"]?.string.flatMap(Action.init) else { throw .action }
        self.action = action
        guard let currency = json["currency"]?.string.flatMap({ Currency($0) }),
            ["UAH", "USD", "EUR"].contains(currency.code)
        else { throw LiqPayFault("err_currency_is_not_allowed", "Валюта не дозволена") }
        amount = try Self.amount(json["amount"], currency)
        guard let text = json["description"]?.string, !text.isEmpty else { throw .missing("description") }
        self.text = text
        orderID = try Self.orderID(json)
        resultURL = try Self.url(json, "result_url")
        serverURL = try Self.url(json, "server_url")
        if let text = json["expired_date"]?.string {
            let parts = text.split(separator: " ")
            guard parts.count == 2, text.utf8.count == 19, let time = Timestamp("\(parts[0])T\(parts[1])Z") else {
                throw .wrong("expired_date")
            }
            expiresAt = time
        } else {
            expiresAt = nil
        }
    }

    /// A number or a string in main units, above zero. Read from its text, never through a binary fraction.
    static func amount(_ value: JSON?, _ currency: Currency) throws(LiqPayFault) -> Money {
        guard let text = value?.scalarText else { throw .missing("amount") }
        guard let amount = try? Money(text: text, currency), !amount.isZero else { throw .amount }
        return amount
    }

    static func orderID(_ json: JSON) throws(LiqPayFault) -> String {
        guard let orderID = json["order_id"]?.scalarText, !orderID.isEmpty else { throw .noOrderID }
        guard orderID.count <= 255 else { throw .wrong("order_id") }
        return orderID
    }

    private static func url(_ json: JSON, _ name: String) throws(LiqPayFault) -> String? {
        guard let url = json[name]?.string, !url.isEmpty else { return nil }
        guard url.utf8.count <= 510, url.hasPrefix("http://") || url.hasPrefix("https://") else { throw .wrong(name) }
        return url
    }
}
