import Contracts
import Hummingbird

extension ControlRoutes {
    /// - `PUT core/products/{id}` with any of `name`, `sku`, `price`, `currency`, `categories`, `weight_grams`, `tax_rate`
    ///   changes or adds a product; `DELETE` takes it out of the catalogue.
    /// - `PUT core/stock/{id}` `{"available": 3}`.
    /// - `PUT core/listening` `{"enabled": false}` leaves `order.*` in the queue.
    /// - `POST core/reservations/{order_id}/expire` `{"tenant_id": "default"}` lets a reservation lapse.
    func addCore(to router: Router<BasicRequestContext>) {
        router.put("_sandbox/core/products/{id}") { request, context in
            let id = try context.parameters.require("id")
            return try await answer(request) { json throws(ControlFault) in
                let product = try world.catalogue.change(id) { product throws(ControlFault) in
                    try Self.change(&product, json)
                }
                return try? JSONParser.parse(product.jsonBytes)
            }
        }
        router.delete("_sandbox/core/products/{id}") { request, context in
            let id = try context.parameters.require("id")
            return try await answer(request) { _ in
                world.catalogue.remove(id) ? .members(["removed": .string(id)]) : nil
            }
        }
        router.get("_sandbox/core/stock/{id}") { _, context in
            Response.json(stock(try context.parameters.require("id")))
        }
        router.put("_sandbox/core/stock/{id}") { request, context in
            let id = try context.parameters.require("id")
            return try await answer(request) { json throws(ControlFault) in
                guard let available = json["available"]?.int, available >= 0 else {
                    throw ControlFault("available has to be a whole number, zero or more")
                }
                world.stock.setAvailable(id, available)
                return stock(id)
            }
        }
        router.put("_sandbox/core/listening") { request, _ in
            try await answer(request) { json throws(ControlFault) in
                guard let enabled = json["enabled"]?.bool else { throw ControlFault("enabled has to be true or false") }
                guard let core else { return nil }
                core.isListening = enabled
                return .members(["enabled": .bool(enabled)])
            }
        }
        router.post("_sandbox/core/reservations/{order}/expire") { request, context in
            let order = try context.parameters.require("order")
            return try await answer(request) { json in
                guard let core,
                    let released = world.stock.expire(tenantID: json["tenant_id"]?.string ?? "default", orderID: order)
                else { return nil }
                core.publish(CoreListener.message(released, at: world.clock.now()))
                return .members(["released": .string(order)])
            }
        }
    }

    private func stock(_ id: String) -> JSON {
        .members(["product_id": .string(id), "available": .int(world.stock.available(id))])
    }

    private static func change(_ product: inout Product, _ json: JSON) throws(ControlFault) {
        if let name = json["name"]?.string { product.name = name }
        if let sku = json["sku"]?.string { product.sku = sku }
        if let categories = json["categories"]?.array { product.categories = categories.compactMap(\.string) }
        if let weight = json["weight_grams"]?.int { product.weightGrams = weight }
        if let text = json["tax_rate"]?.scalarText {
            guard let rate = try? Percent(text: text) else { throw ControlFault("tax_rate is no percentage") }
            product.taxRate = rate
        }
        let code = json["currency"]?.string ?? product.price.currency.code
        guard let currency = Currency(code) else { throw ControlFault("currency is no currency code") }
        guard
            let text = json["price"]?.scalarText
                ?? (currency == product.price.currency ? product.price.description : nil)
        else { throw ControlFault("another currency needs a price, too") }
        guard let price = try? Money(text: text, currency) else { throw ControlFault("price is no amount") }
        product.price = price
    }
}
