import Contracts
import Worker

/// How an order comes into being.
extension OrderRules {
    func create(
        _ id: Identifier, _ request: OrderRequest, _ products: [String: Product], _ context: DecisionContext
    ) -> Decision<OrderChange> {
        switch newOrder(id, request, products, context) {
        case .failure(let refusal): return .refuse(refusal.problem)
        case .success(let order):
            if order.delivery != nil {
                return put(
                    off: OrderDraft(order: order, commandID: context.message.id, waitsFor: .quote, quote: nil),
                    send: quoteRequest(order, context), context)
            }
            if order.promoCode != nil {
                return put(
                    off: OrderDraft(
                        order: order, commandID: context.message.id, waitsFor: .promo, quote: .zero(order.currency)),
                    send: redemption(of: order.promoCode, order, shipping: .zero(order.currency), context), context)
            }
            return Decision(creation(order), answer: .resource(status: 201))
        }
    }

    /// The order priced from the catalogue, before discount and delivery.
    private func newOrder(
        _ id: Identifier, _ request: OrderRequest, _ products: [String: Product], _ context: DecisionContext
    ) -> Result<Order, Refusal> {
        let currency = request.currency ?? terms.currency
        if let refusal = refusal(of: request.items, products, currency) { return .failure(refusal) }
        let lines = request.items.compactMap { item in
            products[item.productID].map { product in
                OrderPricing.line(
                    OrderLine(
                        id: context.newID(), productID: product.id, sku: product.sku, name: product.name,
                        categories: product.categories, quantity: item.quantity, price: product.price,
                        taxRate: product.taxRate ?? terms.taxRate, weightGrams: product.weightGrams,
                        discount: .zero(currency), tax: .zero(currency), total: .zero(currency)),
                    discount: .zero(currency), mode: terms.taxMode)
            }
        }
        return .success(
            Order(
                id: id, tenant: context.tenant, customerID: request.customerID,
                reference: request.reference,
                lines: lines, currency: currency, taxMode: terms.taxMode, taxRate: terms.taxRate,
                shippingCost: .zero(currency), shippingDiscount: .zero(currency), shippingTax: .zero(currency),
                amountPaid: .zero(currency), amountRefunded: .zero(currency), promoCode: request.promoCode,
                shippingAddress: request.shippingAddress,
                billingAddress: request.billingAddress ?? request.shippingAddress,
                paymentMethod: request.paymentMethod, delivery: request.delivery, notes: request.notes,
                expiresAt: context.now.adding(terms.lifetime), createdAt: context.now, updatedAt: context.now))
    }

    /// Why the catalogue's answer makes no order; each product that is at fault is named.
    private func refusal(
        of items: [OrderRequest.Item], _ products: [String: Product], _ currency: Currency
    ) -> Refusal? {
        var unknown: [FieldError] = []
        var foreign: [FieldError] = []
        var sum = Money.zero(currency)
        for item in items {
            guard let product = products[item.productID] else {
                unknown.append(.at(item, .productNotFound, "\(item.productID) is not in the catalogue."))
                continue
            }
            guard product.price.currency == currency else {
                foreign.append(
                    .at(item, .currencyMismatch, "\(item.productID) is priced in \(product.price.currency)."))
                continue
            }
            guard let subtotal = product.price.times(item.quantity), let next = sum.plus(subtotal) else {
                let detail = "The order comes to more than \(Money.largestMain) \(currency)."
                return Refusal(
                    Problem(.amountOutOfRange, detail, errors: [.at(item, .amountOutOfRange, detail)]))
            }
            sum = next
        }
        for (code, errors) in [(ProblemCode.productNotFound, unknown), (.currencyMismatch, foreign)] {
            if let first = errors.first { return Refusal(Problem(code, first.detail, errors: errors)) }
        }
        return nil
    }

    /// A zero total confirms the order at once.
    func creation(_ order: Order) -> [OrderChange] {
        order.total.isZero
            ? [.created(order), .confirmed(paymentID: nil, by: .system, reason: nil)] : [.created(order)]
    }
}

extension FieldError {
    fileprivate static func at(_ item: OrderRequest.Item, _ code: ProblemCode, _ detail: String) -> FieldError {
        FieldError(pointer: item.pointer, code: code.rawValue, detail: detail)
    }
}

extension Money {
    /// nil when it is more than the contract can carry.
    fileprivate func times(_ count: Int64) -> Money? {
        let (product, overflows) = minor.multipliedReportingOverflow(by: count)
        return overflows ? nil : Money(minor: product, currency).carried
    }

    fileprivate func plus(_ other: Money) -> Money? {
        let (sum, overflows) = minor.addingReportingOverflow(other.minor)
        return overflows ? nil : Money(minor: sum, currency).carried
    }

    /// Half of it is left for tax and delivery.
    private var carried: Money? { minor / currency.scale <= Self.largestMain / 2 ? self : nil }
}
