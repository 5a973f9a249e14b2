import Contracts
import Worker

extension PaymentDraft {
    /// `payment.open`: starts a payment, or shows the one that waits already.
    mutating func open(_ request: PaymentRequest, _ heard: OrderSnapshot) {
        note(heard)
        guard let order = state.order else { return }
        let choice: PaymentChoice
        switch choose(request, order) {
        case .success(let chosen): choice = chosen
        case .failure(let refusal):
            decision.answer = .refusal(refusal.problem)
            return
        }
        let waiting = state.payments.filter { $0.status == .pending }
        if let same = waiting.last, same.provider == choice.rules.provider, same.amount == choice.amount,
            same.isPageOpen(at: context.now), same.id == state.payments.last?.id
        {
            decision.answer = .resource(status: 200)
            return
        }
        for payment in waiting { apply(.voided(payment.id)) }
        create(choice, request, order)
        decision.answer = .resource(status: 201)
    }

    private mutating func create(_ choice: PaymentChoice, _ request: PaymentRequest, _ order: OrderSnapshot) {
        let id = context.newID()
        let expiresAt = context.now.adding(decider.lifetime)
        let name = order.reference ?? order.id.description
        let page = PaymentPage(
            payment: id, amount: choice.amount, method: request.method,
            description: request.language == "en" ? "Order \(name)" : "Замовлення \(name)", language: request.language,
            returnURL: request.returnURL, expiresAt: expiresAt)
        let payment = Payment(
            id: id, orderID: order.id, tenant: order.tenant, customerID: order.customerID,
            provider: choice.rules.provider, method: request.method, amount: choice.amount, createdAt: context.now,
            expiresAt: expiresAt, pageURL: choice.rules.pageURL(page), surplus: .zero(order.currency),
            updatedAt: context.now)
        apply(.created(payment))
        setCheck(of: payment, at: min(context.now.adding(PaymentDecider.firstCheck), expiresAt))
    }

    /// Where and how much is to be paid, or why nothing can be.
    private func choose(_ request: PaymentRequest, _ order: OrderSnapshot) -> Result<PaymentChoice, Refusal> {
        let balance = state.balance(of: order)
        func refuse(
            _ code: ProblemCode, _ detail: String, at pointer: String? = nil, _ fault: String? = nil,
            current: String? = nil, available: Money? = nil
        ) -> Result<PaymentChoice, Refusal> {
            let errors = pointer.map { [FieldError(pointer: $0, code: fault ?? code.rawValue, detail: detail)] } ?? []
            return .failure(
                Refusal(Problem(code, detail, errors: errors, current: current, available: available)))
        }
        guard order.isPayable else {
            return refuse(
                .orderNotPayable, "An order that is \(order.status.rawValue) cannot be paid.",
                current: order.status.rawValue)
        }
        guard balance > .zero(order.currency) else {
            return refuse(.orderAlreadyPaid, "Nothing is left to be paid.", current: order.status.rawValue)
        }
        if let busy = state.payments.last(where: { $0.status.isOpen && $0.status != .pending }) {
            return refuse(
                .paymentInProgress, "Payment \(busy.id) is \(busy.status.rawValue).", current: busy.status.rawValue)
        }
        if let currency = request.currency, currency != order.currency {
            return refuse(.currencyMismatch, "The order is in \(order.currency).", at: "/currency")
        }
        guard let provider = request.provider ?? order.provider, let rules = decider.providers[provider] else {
            let name = (request.provider ?? order.provider)?.rawValue ?? "The provider"
            return refuse(.providerNotEnabled, "\(name) is not enabled.", at: "/provider")
        }
        if let method = request.method, !rules.methods.contains(method) {
            return refuse(
                .methodNotSupported, "\(provider.rawValue) does not have \(method.rawValue).", at: "/method")
        }
        guard let range = rules.range(in: order.currency) else {
            return refuse(.currencyMismatch, "\(provider.rawValue) does not take \(order.currency).", at: "/currency")
        }
        let amount = request.amount ?? balance
        guard amount <= balance else {
            return refuse(
                .amountExceedsBalance, "At most \(balance) \(order.currency) is due.", at: "/amount", "too_large",
                available: balance)
        }
        guard range.contains(amount.minor) else {
            let isSmall = amount.minor < range.lowerBound
            let limit = Money(minor: isSmall ? range.lowerBound : range.upperBound, order.currency)
            return refuse(
                .amountOutOfRange, "\(provider.rawValue) takes \(isSmall ? "at least" : "at most") \(limit).",
                at: "/amount", isSmall ? "too_small" : "too_large")
        }
        return .success(PaymentChoice(rules: rules, amount: amount))
    }
}

private struct PaymentChoice {
    let rules: any PaymentProviderRules
    let amount: Money
}
