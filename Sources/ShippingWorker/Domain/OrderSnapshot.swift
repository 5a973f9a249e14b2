import Contracts

/// What a shipment needs to know of its order, as the order's owner vouches for it.
struct OrderSnapshot: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        let id: Identifier
        let productID: String
        let sku: String
        let name: String
        let quantity: Int64
        let total: Money
        let weightGrams: Int64
        /// Units on waybills or marked as shipped, as the order knows.
        let shippedQuantity: Int64
    }

    struct Delivery: Sendable, Equatable {
        let carrier: Carrier
        let service: DeliveryService
        let cityRef: String?
        let branchRef: String?
    }

    let id: Identifier
    let customerID: String
    let status: OrderStatus
    let currency: Currency
    let lines: [Line]
    let address: JSON
    let delivery: Delivery?

    init(json: JSON) throws {
        let currency = try json.currency()
        id = try json.id("id")
        customerID = try json.text("customer_id")
        status = try json.word("status")
        self.currency = currency
        lines = try json.list("items").map {
            Line(
                id: try $0.id("id"), productID: try $0.text("product_id"), sku: try $0.text("sku"),
                name: try $0.text("name"), quantity: try $0.int("quantity"), total: try $0.money("total", currency),
                weightGrams: try $0.int("weight_grams"), shippedQuantity: try $0.int("shipped_quantity"))
        }
        address = try json.child("shipping_address")
        delivery = try json["delivery"].map {
            Delivery(
                carrier: try $0.word("carrier"), service: try $0.word("service"), cityRef: $0["city_ref"]?.string,
                branchRef: $0["branch_ref"]?.string)
        }
    }
}
