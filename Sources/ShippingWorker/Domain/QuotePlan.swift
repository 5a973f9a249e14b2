import Contracts

/// Which carriers are asked for what a client wants priced, and what is made of their answers.
struct QuotePlan: Sendable, Equatable {
    let consignments: [Consignment]
    /// The client named the carrier: its refusal is the answer.
    private let isNamed: Bool

    /// `products` of the catalogue, where the wish needs any. Throws ``Refusal`` 422.
    init(_ wish: QuoteWish, _ products: [String: Product], _ policy: ShippingPolicy) throws(Refusal) {
        if let refusal = policy.refusal(of: wish) { throw Refusal(refusal) }
        let load = try Load(wish, products)
        isNamed = wish.carrier != nil
        let carriers =
            wish.carrier.map { [$0] }
            ?? Carrier.allCases.filter { carrier in
                policy.refusal(of: carrier, wish.service, wish.currency) == nil
            }
        consignments = carriers.filter { load.heaviestPlace <= CarrierInfo.of($0)?.maxWeightGrams ?? 0 }.map {
            carrier in
            Consignment(
                carrier: carrier, service: wish.service, city: wish.city, cityRef: wish.cityRef,
                weightGrams: load.weightGrams, places: load.places, declaredValue: load.value)
        }
        if isNamed, consignments.isEmpty {
            throw Refusal(Problem(.serviceNotSupported, "The carrier takes no place as heavy as this."))
        }
    }

    /// The prices that are shown. Throws ``Refusal`` when the carrier that the client named does not deliver there.
    func prices(_ outcomes: [(Consignment, QuoteOutcome)]) throws(Refusal) -> [CarrierPrice] {
        var prices: [CarrierPrice] = []
        for (consignment, outcome) in outcomes {
            switch outcome {
            case .price(let price, let source, let date):
                prices.append(
                    CarrierPrice(
                        consignment: consignment, price: price, source: source, estimatedDeliveryDate: date))
            case .refused(let code):
                guard isNamed else { continue }
                throw Refusal(
                    Problem(code, "\(consignment.carrier.rawValue) does not deliver to \(consignment.city) so."))
            }
        }
        return prices
    }

    /// What is to be carried, in sum.
    private struct Load {
        let weightGrams: Int64
        let places: Int64
        let heaviestPlace: Int64
        let value: Money

        init(_ wish: QuoteWish, _ products: [String: Product]) throws(Refusal) {
            switch wish.goods {
            case .places(let grams):
                weightGrams = grams.reduce(0, +)
                places = Int64(grams.count)
                heaviestPlace = grams.max() ?? 0
                value = wish.declaredValue ?? .zero(wish.currency)
            case .products(let units):
                try Self.check(units, products, wish.currency)
                let weight = units.reduce(0) { $0 + (products[$1.productID]?.weightGrams ?? 0) * $1.quantity }
                weightGrams = max(1, weight)
                places = 1
                heaviestPlace = weightGrams
                if let declared = wish.declaredValue {
                    value = declared
                } else {
                    value = try Self.value(units, products, wish.currency)
                }
            }
        }

        /// Names each product that is at fault.
        private static func check(
            _ units: [QuoteWish.Units], _ products: [String: Product], _ currency: Currency
        ) throws(Refusal) {
            var unknown: [FieldError] = []
            var foreign: [FieldError] = []
            for (index, unit) in units.enumerated() {
                let pointer = "/items/\(index)/product_id"
                guard let product = products[unit.productID] else {
                    let detail = "\(unit.productID) is not in the catalogue."
                    unknown.append(
                        FieldError(pointer: pointer, code: ProblemCode.productNotFound.rawValue, detail: detail))
                    continue
                }
                guard product.price.currency != currency else { continue }
                let detail = "\(unit.productID) is priced in \(product.price.currency)."
                foreign.append(
                    FieldError(pointer: pointer, code: ProblemCode.currencyMismatch.rawValue, detail: detail))
            }
            for (code, errors) in [(ProblemCode.productNotFound, unknown), (.currencyMismatch, foreign)] {
                if let first = errors.first { throw Refusal(Problem(code, first.detail, errors: errors)) }
            }
        }

        private static func value(
            _ units: [QuoteWish.Units], _ products: [String: Product], _ currency: Currency
        ) throws(Refusal) -> Money {
            var sum: Int64 = 0
            for unit in units {
                let price = products[unit.productID]?.price.minor ?? 0
                let (value, tooMuch) = price.multipliedReportingOverflow(by: unit.quantity)
                let (next, tooMany) = sum.addingReportingOverflow(value)
                guard !tooMuch, !tooMany, next / currency.scale <= Money.largestMain else {
                    throw Refusal(Problem(.amountOutOfRange, "The goods are worth more than can be insured."))
                }
                sum = next
            }
            return Money(minor: sum, currency)
        }
    }
}

extension ShippingPolicy {
    /// Why the carrier that a client names does not deliver so.
    func refusal(of wish: QuoteWish) -> Problem? {
        guard let carrier = wish.carrier, let code = refusal(of: carrier, wish.service, wish.currency) else {
            return nil
        }
        return refusal(code, carrier, wish.service, wish.currency)
    }

    /// The words of ``refusal(of:_:_:)``.
    func refusal(
        _ code: ProblemCode, _ carrier: Carrier, _ service: DeliveryService, _ currency: Currency
    ) -> Problem {
        Problem(
            code,
            code == .carrierNotEnabled
                ? "\(carrier.rawValue) cannot be used here."
                : "\(carrier.rawValue) does not offer \(service.rawValue) in \(currency).")
    }
}
