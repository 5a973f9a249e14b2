import Contracts

/// What a client wants to know of a code (schema `PromoValidate`).
struct PromoQuote: Sendable, Equatable {
    let key: PromoKey
    let cart: Cart
    /// nil when no customer is known.
    let customerID: String?
    /// Some lines carry no price, or no categories: only the catalogue knows them.
    let lacksPrices: Bool
    let lacksCategories: Bool

    /// Reads the body of a `promo.validate` query.
    static func read(_ message: Message) -> Result<PromoQuote, Refusal> {
        guard let body = try? JSONParser.parse(message.body) else {
            return .failure(Refusal(Problem(.malformedJSON, "The body is no JSON.")))
        }
        let input = Input(body)
        input.required().object()
        let code = input["code"].required().text(1...64)
        let currency = input["currency"].currency() ?? .uah
        let shippingCost = input["shipping_cost"].money(currency) ?? .zero(currency)
        var customerID: String?
        if message.actor.type == .customer {
            customerID = message.actor.id
        } else if message.actor.isStaff {
            customerID = input["customer_id"].externalID()
        }
        let cart: Cart?
        var lines: [Line] = []
        if input["items"].isPresent {
            lines = (input["items"].array(1...100) ?? []).compactMap { Line.read($0, currency) }
            cart = Cart.checked(lines.map(\.line), shippingCost, input["items"])
        } else {
            cart = input["order_total"].required().money(currency).map { Cart(total: $0, shippingCost: shippingCost) }
        }
        guard input.faults.isEmpty, let code, let cart else {
            return .failure(Refusal(.validationFailed(input.faults)))
        }
        return .success(
            PromoQuote(
                key: PromoKey(tenant: message.tenant, code: PromoCode.canonical(code)), cart: cart,
                customerID: customerID, lacksPrices: lines.contains { !$0.hasPrice },
                lacksCategories: lines.contains { !$0.hasCategories }))
    }

    private struct Line {
        let line: Cart.Line
        let hasPrice: Bool
        let hasCategories: Bool

        static func read(_ input: Input, _ currency: Currency) -> Line? {
            input.required().object()
            let productID = input["product_id"].required().externalID()
            let quantity = input["quantity"].required().integer(1...10_000)
            let price = input["price"].money(currency)
            let categories = input["categories"].array(0...50)?.compactMap { $0.required().externalID() }
            guard let productID, let quantity else { return nil }
            return Line(
                line: Cart.Line(
                    productID: productID, quantity: quantity, price: price ?? .zero(currency),
                    categories: categories ?? []),
                hasPrice: input["price"].isPresent, hasCategories: input["categories"].isPresent)
        }
    }
}

extension Cart {
    /// A cart whose sum the contract can carry; the fault is noted otherwise.
    fileprivate static func checked(_ lines: [Line], _ shippingCost: Money, _ input: Input) -> Cart? {
        let limit = Int128(Money.largestMain) * Int128(shippingCost.currency.scale)
        let sum = lines.reduce(Int128(0)) { $0 + Int128($1.price.minor) * Int128($1.quantity) }
        guard sum <= limit else {
            input.note("too_large", "Comes to more than an order can.")
            return nil
        }
        return Cart(lines: lines, shippingCost: shippingCost)
    }
}
