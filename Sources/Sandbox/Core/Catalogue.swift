import Contracts
import Synchronization

/// Core's products. Changes are kept until a reset.
final class Catalogue: Sendable {
    private struct State {
        var products: [String: Product] = [:]
        /// Ids in the order people see them.
        var order: [String] = []
    }

    private let state = Mutex(Catalogue.initial)

    private static var initial: State {
        var state = State()
        for number in 1...Product.ruleCount {
            let product = Product(number: number)
            state.products[product.id] = product.id == Product.example.id ? .example : product
            state.order.append(product.id)
        }
        return state
    }

    /// The products of these ids in the order asked for. An id that is not sold is left out, one asked for twice comes once.
    func products(_ ids: [String]) -> [Product] {
        state.withLock { state in
            var seen: Set<String> = []
            return ids.compactMap { seen.insert($0).inserted ? state.products[$0] : nil }
        }
    }

    /// One page of the whole catalogue.
    func page(offset: Int, limit: Int) -> (products: [Product], total: Int) {
        state.withLock { state in
            (state.order.dropFirst(offset).prefix(limit).compactMap { state.products[$0] }, state.order.count)
        }
    }

    /// Changes a product, or adds one when the id is new.
    func change(_ id: String, _ change: (inout Product) throws(ControlFault) -> Void) throws(ControlFault) -> Product {
        try state.withLock { state throws(ControlFault) in
            var product =
                state.products[id]
                ?? Product(
                    id: id, sku: id, name: id, price: Money(minor: 10_000, .uah), categories: [], weightGrams: 100,
                    taxRate: nil)
            try change(&product)
            if state.products.updateValue(product, forKey: id) == nil { state.order.append(id) }
            return product
        }
    }

    /// - Returns: False when there is no such product.
    func remove(_ id: String) -> Bool {
        state.withLock { state in
            guard state.products.removeValue(forKey: id) != nil else { return false }
            state.order.removeAll { $0 == id }
            return true
        }
    }

    func reset() { state.withLock { $0 = Self.initial } }
}
