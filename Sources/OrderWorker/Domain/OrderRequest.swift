import Contracts

/// What a client asked for, checked in itself: the body of `createOrder`.
struct OrderRequest: Sendable, Equatable {
    struct Item: Sendable, Equatable {
        let productID: String
        var quantity: Int64
        /// Of its first entry in the body, for faults found later.
        let index: Int

        var pointer: String { "/items/\(index)/product_id" }
    }

    /// One entry a product, in the order of their first mention.
    let items: [Item]
    var shippingAddress: Address
    var billingAddress: Address?
    let paymentMethod: PaymentProvider
    let currency: Currency?
    let promoCode: String?
    let delivery: Order.Delivery?
    let notes: String?
    let customerID: String
    let reference: String?

    /// It waits for other workers before it is an order.
    var isDrafted: Bool { delivery != nil || promoCode != nil }

    static let lineLimit = 100
    static let quantityLimit: Int64 = 10_000

    /// Reads a body; the problem names every fault.
    static func read(_ body: JSON, actor: Actor) -> Result<OrderRequest, Refusal> {
        let input = Input(body)
        guard input.object() != nil else { return .failure(Refusal(.validationFailed(input.faults))) }
        let items = readItems(input["items"].required())
        let shipping = Address(input["shipping_address"].required(), needsPhone: true)
        let billing = Address(input["billing_address"], needsPhone: false)
        let method = readMethod(input["payment_method"].required())
        let currency = input["currency"].currency()
        let promoCode = input["promo_code"].promoCode()
        let delivery = readDelivery(input["delivery"])
        let notes = input["notes"].text(0...1000)
        let customerID = input["customer_id"].externalID()
        let reference = input["reference"].text(1...64, allowed: { (0x21...0x7E).contains($0.value) })

        guard input.faults.isEmpty, let items, let shipping, let method else {
            return .failure(Refusal(.validationFailed(input.faults)))
        }
        if !actor.isStaff, let customerID, customerID != actor.id {
            return .failure(Refusal(Problem(.forbidden, "The role customer may order for itself only.")))
        }
        return .success(
            OrderRequest(
                items: items, shippingAddress: shipping, billingAddress: billing, paymentMethod: method,
                currency: currency,
                promoCode: promoCode, delivery: delivery, notes: notes?.isEmpty == true ? nil : notes,
                customerID: customerID ?? actor.id ?? "", reference: reference))
    }

    private static func readItems(_ input: Input) -> [Item]? {
        guard let entries = input.array(1...lineLimit) else { return nil }
        var items: [Item] = []
        var positions: [String: Int] = [:]
        for (index, entry) in entries.enumerated() {
            entry.object()
            let product = entry["product_id"].required().externalID()
            let quantity = entry["quantity"].required().integer(1...quantityLimit)
            guard let product, let quantity else { continue }
            if let position = positions[product] {
                items[position].quantity += quantity
                if items[position].quantity > quantityLimit {
                    entry["quantity"].note("too_large", "All lines of a product together: at most \(quantityLimit).")
                }
            } else {
                positions[product] = items.count
                items.append(Item(productID: product, quantity: quantity, index: index))
            }
        }
        return items
    }

    private static func readMethod(_ input: Input) -> PaymentProvider? {
        guard let word = input.text(1...64) else { return nil }
        guard let provider = PaymentProvider(input: word) else {
            input.note("unknown_value", "Is not one of the known values.")
            return nil
        }
        return provider
    }

    private static func readDelivery(_ input: Input) -> Order.Delivery? {
        guard input.object() != nil else { return nil }
        let carrier: Carrier? = input["carrier"].required().word()
        let service: DeliveryService? = input["service"].required().word()
        let city = input["city_ref"].text(1...64)
        let branch = input["branch_ref"].text(1...64)
        guard let carrier, let service else { return nil }
        return Order.Delivery(carrier: carrier, service: service, cityRef: city, branchRef: branch)
    }
}
