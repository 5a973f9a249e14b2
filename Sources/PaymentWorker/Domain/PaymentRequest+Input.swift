import Contracts

extension PaymentRequest {
    /// Reads `PaymentCreate`; all faults are noted at the input.
    init(_ input: Input, _ order: OrderSnapshot, returnHosts: Set<String>) {
        _ = input.object()
        _ = input["order_id"].required().identifier()
        if let word = input["provider"].text(1...64) {
            provider = PaymentProvider(input: word)
            if provider == nil { input["provider"].note("unknown_value", "Is not one of the known values.") }
        }
        currency = input["currency"].currency()
        amount = input["amount"].money(currency ?? order.currency)
        if let amount, amount.isZero { input["amount"].note("too_small", "Must be more than 0.") }
        method = input["method"].word()
        _ = input["installments"].integer(2...25)
        returnURL = input["return_url"].text(1...510)
        if let returnURL {
            switch WebAddress.host(of: returnURL) {
            case nil: input["return_url"].note("invalid_format", "Must be an https URL.")
            case .some(let host) where !returnHosts.isEmpty && !returnHosts.contains(host):
                input["return_url"].note("not_allowed", "This host is not allowed.")
            default: break
            }
        }
        language = input["language"].word(as: Language.self)?.rawValue ?? Language.uk.rawValue
    }

    private enum Language: String { case uk, en }
}

extension RefundRequest {
    /// Reads `RefundCreate`; all faults are noted at the input.
    init(_ input: Input, payment: Identifier, expectedVersions: String?) {
        self.init(payment: payment, expectedVersions: expectedVersions)
        _ = input.object()
        amount = input["amount"].value
        if let amount, amount.scalarText == nil {
            input["amount"].note("invalid_type", "Must be a decimal string or a number.")
        }
        if amount != nil, input["items"].isPresent {
            input["items"].note("not_allowed", "Either an amount or items, not both.")
        }
        for item in input["items"].array(1...100) ?? [] {
            let line = item["order_item_id"].required().identifier()
            let quantity = item["quantity"].required().integer(1...10_000)
            guard let line, let quantity else { continue }
            if units.contains(where: { $0.line == line }) {
                item["order_item_id"].note("duplicate", "Each line once.")
            }
            units.append(Refund.Units(line: line, quantity: quantity))
        }
        includesShipping = input["include_shipping"].bool() ?? false
        if let given = input["reason"].word(as: RefundReason.self) {
            if RefundReason.ofPeople.contains(given) {
                reason = given
            } else {
                input["reason"].note("unknown_value", "Is not one of the known values.")
            }
        }
        comment = input["comment"].text(1...500)
    }
}

/// Addresses a browser may be sent to.
enum WebAddress {
    /// - Returns: The host of an `https` URL (or `http` of the local machine) made of visible ASCII; nil for others.
    static func host(of url: String) -> String? {
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C }) else { return nil }
        let isPlain = url.hasPrefix("http://")
        guard isPlain || url.hasPrefix("https://") else { return nil }
        let authority = url.dropFirst(isPlain ? 7 : 8).prefix { !"/?#".contains($0) }
        let host = authority.prefix { $0 != ":" }
        let port = authority.dropFirst(host.count).dropFirst()
        guard !host.isEmpty, port.allSatisfy(\.isNumber),
            host.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." })
        else { return nil }
        return !isPlain || host == "localhost" || host == "127.0.0.1" ? host.lowercased() : nil
    }
}
