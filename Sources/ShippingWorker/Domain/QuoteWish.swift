import Contracts

/// What a client wants priced (schema `QuoteRequest`).
struct QuoteWish: Sendable, Equatable {
    struct Units: Sendable, Equatable {
        let productID: String
        let quantity: Int64
    }

    enum Goods: Sendable, Equatable {
        /// Weights of the single places in grams.
        case places([Int64])
        /// The catalogue knows weight and value.
        case products([Units])
    }

    /// nil: all that are enabled.
    let carrier: Carrier?
    let service: DeliveryService
    let city: String
    let cityRef: String?
    let goods: Goods
    let declaredValue: Money?
    let currency: Currency

    /// Throws ``Refusal`` for all that is wrong with a request's body.
    init(_ bytes: [UInt8]) throws(Refusal) {
        guard let body = try? JSONParser.parse(bytes) else {
            throw Refusal(Problem(.malformedJSON, "The body is no JSON."))
        }
        let input = Input(body)
        input.required().object()
        let carrier: Carrier? = input["carrier"].word()
        let service: DeliveryService? = input["service"].required().word()
        let city = input["city"].required().text(1...100)
        let cityRef = input["city_ref"].text(1...64)
        _ = input["branch_ref"].text(1...64)
        for name in ["city_ref", "branch_ref"] where input[name].isPresent && !input["carrier"].isPresent {
            input[name].note("not_allowed", "Belongs to one carrier, which must be named.")
        }
        let goods = Self.readGoods(input)
        let currency = input["currency"].currency() ?? .uah
        let declaredValue = input["declared_value"].money(currency)
        guard input.faults.isEmpty, let service, let city, let goods else {
            throw Refusal(.validationFailed(input.faults))
        }
        self.carrier = carrier
        self.service = service
        self.city = city
        self.cityRef = cityRef
        self.goods = goods
        self.declaredValue = declaredValue
        self.currency = currency
    }

    /// Places win over a weight, a weight over products; what does not count must be right in form all the same.
    private static func readGoods(_ input: Input) -> Goods? {
        let places = input["parcels"].array(1...50)?.compactMap { place -> Int64? in
            place.required().object()
            for side in ["length_mm", "width_mm", "height_mm"] { _ = place[side].integer(1...10_000) }
            return place["weight_grams"].required().integer(1...1_000_000)
        }
        let weight = input["weight_grams"].integer(1...1_000_000)
        let units = input["items"].array(1...100)?.compactMap { item -> Units? in
            item.required().object()
            let product = item["product_id"].required().externalID()
            let quantity = item["quantity"].required().integer(1...10_000)
            guard let product, let quantity else { return nil }
            return Units(productID: product, quantity: quantity)
        }
        if let places { return .places(places) }
        if let weight { return .places([weight]) }
        if let units { return .products(units) }
        if !["parcels", "weight_grams", "items"].contains(where: { input[$0].isPresent }) {
            input["weight_grams"].note("required", "One of parcels, weight_grams and items is required.")
        }
        return nil
    }

    /// The products whose weight has to be asked for.
    var products: [String] {
        guard case .products(let units) = goods else { return [] }
        return Set(units.map(\.productID)).sorted()
    }
}
