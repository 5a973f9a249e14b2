import Contracts

/// What CRM knows of a customer and an order can use.
struct Customer: Sendable, Equatable {
    /// Last, first and middle name.
    let name: String?
    let email: String?
    let company: String?
    let taxID: String?
}

extension Customer {
    /// Reads CRM's document. Throws ``StoredFormatError`` when it breaks the contract.
    init(json: JSON) throws {
        let input = Input(json)
        let first = input["first_name"].text(1...50)
        let last = input["last_name"].text(1...50)
        let middle = input["middle_name"].text(1...50)
        let email = input["email"].text(1...254)
        let company = input["company"].text(1...150)
        let taxID = input["tax_id"].text(1...20)
        guard input.object() != nil, input.faults.isEmpty else {
            throw StoredFormatError(input.faults.first?.pointer ?? "customer")
        }
        let name = [last, first, middle].compactMap(\.self).joined(separator: " ")
        self.init(
            name: name.isEmpty ? nil : name.limited(to: 100), email: email, company: company, taxID: taxID)
    }
}

extension OrderRequest {
    /// The request with what its client left out of the addresses. Nothing that was sent is replaced.
    func filled(from customer: Customer) -> OrderRequest {
        var billing = billingAddress ?? shippingAddress
        billing.fill(from: customer)
        billing.company = billing.company ?? customer.company
        billing.taxID = billing.taxID ?? customer.taxID
        var filled = self
        filled.billingAddress = billing
        filled.shippingAddress.fill(from: customer)
        return filled
    }
}

extension Address {
    fileprivate mutating func fill(from customer: Customer) {
        name = name ?? customer.name
        email = email ?? customer.email
    }
}
