import Contracts

/// What Core sells, in the members of its products API.
struct Product: Sendable, JSONEncodable {
    let id: String
    var sku: String
    var name: String
    var price: Money
    var categories: [String]
    var weightGrams: Int64
    /// Nil leaves the rate to the tenant's setting.
    var taxRate: Percent?

    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("sku", sku)
            $0.member("name", name)
            $0.member("price", price)
            $0.member("currency", price.currency)
            $0.member("categories", array: categories)
            $0.member("weight_grams", weightGrams)
            $0.member("tax_rate", taxRate)
        }
    }
}
