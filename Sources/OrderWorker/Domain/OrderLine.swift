import Contracts

/// One line of an order. Discount and tax are frozen when they are computed; nothing spreads them again.
struct OrderLine: Sendable, Equatable {
    let id: Identifier
    let productID: String
    let sku: String
    let name: String
    let categories: [String]
    let quantity: Int64
    let price: Money
    let taxRate: Percent
    let weightGrams: Int64
    var discount: Money
    var tax: Money
    var total: Money
    var shippedQuantity: Int64 = 0
    var returnedQuantity: Int64 = 0

    var subtotal: Money { price * quantity }
}

extension OrderLine: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("product_id", productID)
            $0.member("sku", sku)
            $0.member("name", name)
            if !categories.isEmpty { $0.member("categories", array: categories) }
            $0.member("quantity", quantity)
            $0.member("price", price)
            $0.member("subtotal", subtotal)
            $0.member("discount", discount)
            $0.member("tax_rate", taxRate)
            $0.member("tax", tax)
            $0.member("total", total)
            $0.member("weight_grams", weightGrams)
            $0.member("shipped_quantity", shippedQuantity)
            $0.member("returned_quantity", returnedQuantity)
        }
    }

    init(json: JSON, _ currency: Currency) throws {
        self.init(
            id: try json.id("id"), productID: try json.text("product_id"), sku: try json.text("sku"),
            name: try json.text("name"), categories: json["categories"]?.array?.compactMap(\.string) ?? [],
            quantity: try json.int("quantity"), price: try json.money("price", currency),
            taxRate: try json.percent("tax_rate"), weightGrams: try json.int("weight_grams"),
            discount: try json.money("discount", currency), tax: try json.money("tax", currency),
            total: try json.money("total", currency), shippedQuantity: try json.int("shipped_quantity"),
            returnedQuantity: try json.int("returned_quantity"))
    }
}
