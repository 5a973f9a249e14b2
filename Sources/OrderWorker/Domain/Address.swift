import Contracts

/// A postal address with the person to reach, as the contract's schema `Address`.
struct Address: Sendable, Equatable {
    var name: String?
    var company: String?
    var taxID: String?
    var city: String
    var address: String
    var region: String?
    var postalCode: String?
    var country: String
    /// E.164.
    var phone: String?
    var email: String?
}

extension Address {
    /// Reads what a client sent; faults are noted at the input.
    /// `needsPhone`: a delivery needs somebody to call.
    init?(_ input: Input, needsPhone: Bool) {
        guard input.object() != nil else { return nil }
        let name = input["name"].text(1...100)
        let company = input["company"].text(1...150)
        let taxID = input["tax_id"].text(1...20, allowed: Self.isLetterDigitOrDash)
        let city = input["city"].required().text(1...100)
        let address = input["address"].required().text(1...200)
        let region = input["region"].text(1...100)
        let postalCode = input["postal_code"].text(2...12, allowed: { $0 == " " || Self.isLetterDigitOrDash($0) })
        let country = input["country"].text(1...64)
        if let country, country.utf8.count != 2 || !country.utf8.allSatisfy({ (65...90).contains($0) }) {
            input["country"].note("invalid_format", "Must be two capital letters.")
        }
        let phone = Self.phone(needsPhone ? input["phone"].required() : input["phone"], country: country ?? "UA")
        let email = input["email"].text(1...254)
        if let email, !Self.isEmail(email) { input["email"].note("invalid_format", "Must be an e-mail address.") }
        guard let city, let address else { return nil }
        self.init(
            name: name, company: company, taxID: taxID, city: city, address: address, region: region,
            postalCode: postalCode, country: country ?? "UA", phone: phone, email: email)
    }

    private static func isLetterDigitOrDash(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", "-": true
        default: false
        }
    }

    /// Enough to keep texts out that no mail system takes: one `@` with something on both sides and no spaces.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1].count >= 3 && parts[1].contains(".")
            && !parts[1].hasPrefix(".") && !parts[1].hasSuffix(".")
            && text.unicodeScalars.allSatisfy { $0.value > 32 && $0.value != 127 }
    }

    /// E.164; a national Ukrainian number is completed (0991234567 → +380991234567).
    private static func phone(_ input: Input, country: String) -> String? {
        let form: (Unicode.Scalar) -> Bool = { ("0"..."9").contains($0) || "+ ()-".unicodeScalars.contains($0) }
        guard let text = input.text(6...25, allowed: form) else { return nil }
        let digits = text.filter(\.isNumber)
        let isInternational = text.hasPrefix("+")
        let rest = text.dropFirst(isInternational ? 1 : 0)
        guard !rest.contains("+"), rest.first?.isNumber == true, (6...15).contains(digits.count) else {
            input.note("invalid_format", "Must be a phone number.")
            return nil
        }
        if isInternational { return "+\(digits)" }
        if country == "UA", digits.count == 10, digits.hasPrefix("0") { return "+38\(digits)" }
        if country == "UA", digits.count == 9 { return "+380\(digits)" }
        return "+\(digits)"
    }
}

extension Address: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("name", name)
            $0.member("company", company)
            $0.member("tax_id", taxID)
            $0.member("city", city)
            $0.member("address", address)
            $0.member("region", region)
            $0.member("postal_code", postalCode)
            $0.member("country", country)
            $0.member("phone", phone)
            $0.member("email", email)
        }
    }

    init(json: JSON) throws {
        self.init(
            name: json["name"]?.string, company: json["company"]?.string, taxID: json["tax_id"]?.string,
            city: try json.text("city"), address: try json.text("address"), region: json["region"]?.string,
            postalCode: json["postal_code"]?.string, country: try json.text("country"), phone: json["phone"]?.string,
            email: json["email"]?.string)
    }
}
