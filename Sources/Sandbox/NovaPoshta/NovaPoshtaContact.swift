/// A recipient: a private person with one contact, or an organisation whose contacts are added one by one.
struct NovaPoshtaContact: Sendable {
    let ref: String
    let counterpartyRef: String
    let firstName: String
    let lastName: String
    let middleName: String
    let phone: String

    var fullName: String { [lastName, firstName, middleName].filter { !$0.isEmpty }.joined(separator: " ") }

    /// Checks the names and the phone as the carrier does: Ukrainian letters only, first and middle name up to 25 and last
    /// name up to 50 characters.
    ///
    /// - Throws: ``NovaPoshtaFault`` for the first that is wrong.
    static func check(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) {
        let (first, last, middle) = (
            properties.text("FirstName"), properties.text("LastName"), properties.text("MiddleName")
        )
        guard !first.isEmpty else { throw .firstName }
        guard !last.isEmpty else { throw .fullName }
        guard first.count <= 25, last.count <= 50, middle.count <= 25 else { throw .fullName }
        guard [first, last, middle].allSatisfy(isUkrainian) else { throw .fullName }
        try checkPhone(properties.text("Phone"))
    }

    /// A Ukrainian number: `380` and nine digits, or the older forms with `+` before it, or `0` and nine digits.
    static func checkPhone(_ phone: String) throws(NovaPoshtaFault) {
        guard !phone.isEmpty else { throw .noPhone }
        let digits = phone.hasPrefix("+") ? phone.dropFirst() : Substring(phone)
        let isWhole = digits.utf8.allSatisfy { (48...57).contains($0) }
        guard isWhole,
            digits.count == 12 && digits.hasPrefix("380")
                || digits.count == 10 && digits.hasPrefix("0") && !phone.hasPrefix("+")
        else { throw .phone }
    }

    /// The phone without what its forms differ in.
    static func subscriber(_ phone: String) -> String { String(phone.filter(\.isNumber).suffix(9)) }

    private static func isUkrainian(_ name: String) -> Bool {
        name.unicodeScalars.allSatisfy { scalar in
            (0x0410...0x044F).contains(scalar.value) || "ҐґЄєІіЇї'’ʼ -".unicodeScalars.contains(scalar)
        }
    }
}
