/// What the catalogue says of a product (events.md section 5.1).
public struct Product: Sendable, Equatable {
    public let id: String
    public let sku: String
    public let name: String
    public let price: Money
    public let categories: [String]
    public let weightGrams: Int64
    /// nil: the tenant's rate.
    public let taxRate: Percent?

    public init(
        id: String, sku: String, name: String, price: Money, categories: [String], weightGrams: Int64, taxRate: Percent?
    ) {
        self.id = id
        self.sku = sku
        self.name = name
        self.price = price
        self.categories = categories
        self.weightGrams = weightGrams
        self.taxRate = taxRate
    }

    /// Throws ``StoredFormatError`` when an entry breaks the catalogue's contract.
    public init(json: JSON) throws {
        let input = Input(json)
        let currency = input["currency"].required().currency() ?? .uah
        let id = input["id"].required().externalID()
        let sku = input["sku"].required().text(1...64)
        let name = input["name"].required().text(1...255)
        let price = input["price"].required().money(currency)
        let categories = input["categories"].required().array(0...50)?.compactMap { $0.externalID() }
        let weight = input["weight_grams"].required().integer(0...1_000_000)
        let taxRate = input["tax_rate"].percent()
        guard input.faults.isEmpty, let id, let sku, let name, let price, let categories, let weight else {
            throw StoredFormatError(input.faults.first?.pointer ?? "product")
        }
        self.init(
            id: id, sku: sku, name: name, price: price, categories: categories, weightGrams: weight, taxRate: taxRate)
    }
}
