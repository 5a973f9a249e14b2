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
                    send: redemption(order, shipping: .zero(order.currency), context), context)
            }
            return Decision(creation(order), answer: .resource(status: 201))
        }
    }

    /// The order priced from the catalogue, before discount and delivery.
    private func newOrder(
        _ id: Identifier, _ request: OrderRequest, _ products: [String: Product], _ context: DecisionContext
    ) -> Result<Order, Refusal> {
        let currency = request.currency ?? terms.currency
        var faults: [FieldError] = []
        var lines: [OrderLine] = []
        for item in request.items {
            guard let product = products[item.productID] else {
                faults.append(
                    FieldError(
                        pointer: item.pointer, code: ProblemCode.productNotFound.rawValue,
                        detail: "\(item.productID) is not in the catalogue."))
                continue
            }
            guard product.price.currency == currency else {
                return .failure(
                    Refusal(
                        Problem(
                            .currencyMismatch, "\(item.productID) is priced in \(product.price.currency).",
                            errors: [
                                FieldError(
                                    pointer: item.pointer, code: ProblemCode.currencyMismatch.rawValue,
                                    detail: "Is priced in \(product.price.currency).")
                            ])))
            }
            let line = OrderLine(
                id: context.newID(), productID: product.id, sku: product.sku, name: product.name,
                categories: product.categories, quantity: item.quantity, price: product.price,
                taxRate: product.taxRate ?? terms.taxRate, weightGrams: product.weightGrams, discount: .zero(currency),
                tax: .zero(currency), total: .zero(currency))
            lines.append(OrderPricing.line(line, discount: .zero(currency), mode: terms.taxMode))
        }
        guard faults.isEmpty else {
            return .failure(Refusal(Problem(.productNotFound, faults[0].detail, errors: faults)))
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

    /// A zero total confirms the order at once.
    func creation(_ order: Order) -> [OrderChange] {
        order.total.isZero
            ? [.created(order), .confirmed(paymentID: nil, by: .system, reason: nil)] : [.created(order)]
    }
}
