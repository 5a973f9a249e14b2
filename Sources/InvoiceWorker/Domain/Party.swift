import Contracts

/// Seller or buyer on a document.
public struct Party: Equatable, Sendable, JSONEncodable {
    public var name: String
    public var taxID: String?
    /// In one line.
    public var address: String?
    /// E.164.
    public var phone: String?
    public var email: String?
    /// The seller's account.
    public var iban: String?

    public init(
        name: String, taxID: String? = nil, address: String? = nil, phone: String? = nil, email: String? = nil,
        iban: String? = nil
    ) {
        self.name = name
        self.taxID = taxID
        self.address = address
        self.phone = phone
        self.email = email
        self.iban = iban
    }

    public func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("name", name)
            $0.member("tax_id", taxID)
            $0.member("address", address)
            $0.member("phone", phone)
            $0.member("email", email)
            $0.member("iban", iban)
        }
    }

    public init(json: JSON) throws {
        self.init(
            name: try json.text("name"), taxID: json["tax_id"]?.string, address: json["address"]?.string,
            phone: json["phone"]?.string, email: json["email"]?.string, iban: json["iban"]?.string)
    }
}

extension Party {
    /// The contract's limit of an address in one line.
    private static let addressLimit = 400

    /// The buyer of an order (`Order` of the contract): the company of the billing address with its tax number where it
    /// is given, else the person; a name is taken from the delivery, then from the customer's id, where billing has none.
    public init(buyerOf order: JSON) throws {
        let billing = try order.child("billing_address")
        let delivery = order["shipping_address"]
        let names = [billing["company"], billing["name"], delivery?["name"]].compactMap { $0?.string }
        let place = ["city", "address", "region", "postal_code"].compactMap { billing[$0]?.string }
        self.init(
            name: try names.first ?? order.text("customer_id"), taxID: billing["tax_id"]?.string,
            address: place.joined(separator: ", ").limited(to: Self.addressLimit),
            email: delivery?["email"]?.string)
    }
}
