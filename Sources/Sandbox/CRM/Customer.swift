import Contracts

/// A customer in the members of CRM's API.
struct Customer: Sendable, JSONEncodable {
    let id: String
    let firstName: String
    let lastName: String
    let middleName: String
    let email: String
    let phone: String
    let company: String?
    let taxID: String?
    let language: String

    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("first_name", firstName)
            $0.member("last_name", lastName)
            $0.member("middle_name", middleName)
            $0.member("email", email)
            $0.member("phone", phone)
            $0.member("company", JSON.optional(company))
            $0.member("tax_id", JSON.optional(taxID))
            $0.member("language", language)
        }
    }
}
