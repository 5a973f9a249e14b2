import Connectors
import Contracts

/// What LiqPay says: the document in a callback and in the answer to a question are the same. Pure.
struct LiqPayReplies: Sendable {
    let account: LiqPayAccount

    /// - Returns: nil when the document names no payment or no status.
    func report(_ json: JSON, source: ProviderReport.Source) -> ProviderReport? {
        guard let word = json["status"]?.string, let reference = json["order_id"]?.scalarText else { return nil }
        let code = json["err_code"]?.scalarText
        let currency = json["currency"]?.string.flatMap { Currency($0) }
        let amount = currency.flatMap { Self.money(json["amount"], $0) }
        let standing = LiqPayStatus.standing(word, errorCode: code, isTest: account.isTest)
        var report = ProviderReport(
            source: source, reference: reference, standing: standing, word: word.limited(to: 64))
        report.providerTime = max(json["end_date"]?.int ?? 0, json["refund_date_last"]?.int ?? 0)
        report.amount = amount
        if standing == .paid, word != "wait_reserve", let currency {
            report.refunded = Self.money(json["refund_amount"], currency) ?? (word == "reversed" ? amount : nil)
        }
        report.isOurs = json["public_key"]?.string.map { $0 == account.publicKey } ?? true
        report.transactionID = (json["payment_id"] ?? json["transaction_id"])?.scalarText.map { $0.limited(to: 128) }
        if standing == .declined || standing == .expired {
            report.errorCode = LiqPayStatus.paymentError(code)
            report.errorMessage = Self.message(json)
        }
        return report
    }

    /// The answer to a question about a payment; nil when it cannot be used. LiqPay does not know a payment whose page
    /// was never opened: it is as we made it.
    func status(_ json: JSON, of payment: Identifier) -> ProviderReport? {
        if json["result"]?.string == "error", let code = json["err_code"]?.scalarText {
            if code == "payment_not_found" {
                return ProviderReport(
                    source: .query, reference: payment.description, standing: .created, word: code)
            }
            guard json["order_id"] != nil else { return nil }
        }
        return report(json, source: .query)
    }

    /// The answer to a refund.
    func refund(_ json: JSON) -> RefundAnswer {
        let status = json["status"]?.string
        let code = json["err_code"]?.scalarText
        if let code, LiqPayStatus.isOpen(code) { return .unknown }
        switch status {
        case "reversed", "success":
            if json["result"]?.string == "error" { return .unknown }
            if json["wait_amount"]?.bool == true { return .accepted }
            return .completed(transactionID: json["payment_id"]?.scalarText.map { $0.limited(to: 128) })
        case "error", "failure":
            return .refused(code: LiqPayStatus.refundError(code), message: Self.message(json))
        case "processing", "wait_reserve": return .accepted
        default: return .unknown
        }
    }

    /// What became of an earlier refund, from the answer to a question; nil when nothing did and it may be sent again.
    func earlierRefund(_ json: JSON, _ call: RefundCall) -> RefundAnswer? {
        guard let report = status(json, of: call.payment), report.standing == .paid else { return .unknown }
        if report.word == "wait_reserve" { return .accepted }
        let none = Money.zero(call.amount.currency)
        let back = report.refunded ?? none
        return back >= call.refundedBefore + call.amount ? .completed(transactionID: nil) : nil
    }

    /// The document without what belongs to the person who paid.
    static func redacted(_ json: JSON) -> JSON {
        Redaction.document(json) { name in
            name.hasPrefix("sender_") || privateNames.contains(name)
        }
    }

    private static let privateNames: Set<String> = [
        "card_token", "token", "ip", "phone", "customer", "customer_user_id", "redirect_to", "authcode_debit",
        "authcode_credit", "rrn_debit", "rrn_credit", "info",
    ]

    /// An amount as LiqPay writes it: a number or text with as many digits as it likes. nil when it is no whole number
    /// of minor units.
    static func money(_ value: JSON?, _ currency: Currency) -> Money? {
        guard var text = value?.scalarText else { return nil }
        if let point = text.firstIndex(of: ".") {
            while text.last == "0" { text.removeLast() }
            if text.index(after: point) == text.endIndex { text.removeLast() }
        }
        return try? Money(text: text, currency)
    }

    private static func message(_ json: JSON) -> String? {
        guard let text = json["err_description"]?.string, !text.isEmpty else { return nil }
        return Redaction.text(text).limited(to: 500)
    }
}
