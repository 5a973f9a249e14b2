import Contracts

/// What the catalogue says of a product.
struct Product: Sendable, Equatable {
    let id: String
    let sku: String
    let name: String
    let price: Money
    let categories: [String]
    let weightGrams: Int64
    /// nil: the tenant's rate.
    let taxRate: Percent?
}
