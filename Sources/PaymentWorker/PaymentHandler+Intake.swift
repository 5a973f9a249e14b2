import Contracts
import Worker

extension PaymentHandler {
    func intake(_ message: Message) throws -> Intake<Identifier, PaymentCommand> {
        switch message.type {
        case "payment.open": try opening(message)
        case "payment.webhook": callback(message)
        case "payment.refund": refunding(message)
        case "payment.refund_order": try orderRefund(JSONParser.parse(message.body))
        case "order.updated": try orderChanged(JSONParser.parse(message.body).child("order"))
        case "order.cancelled", "order.refunded": try orderChanged(JSONParser.parse(message.body))
        case "timer.\(PaymentTimer.paymentCheck)", "timer.\(PaymentTimer.refundCheck)": try due(message)
        case let type where type.hasPrefix("effect."): try answered(message)
        default: .ignored
        }
    }

    private func orderChanged(_ json: JSON) throws -> Intake<Identifier, PaymentCommand> {
        let order = try OrderSnapshot(json: json)
        return .command(order.id, .orderChanged(order))
    }

    private func opening(_ message: Message) throws -> Intake<Identifier, PaymentCommand> {
        let body = try JSONParser.parse(message.body)
        let order = try OrderSnapshot(json: try body.child("order"))
        let input = Input(try body.child("request"))
        let request = PaymentRequest(input, order, returnHosts: returnHosts)
        guard input.faults.isEmpty else { return .refusal(.validationFailed(input.faults)) }
        return .command(order.id, .open(request, order))
    }

    private func refunding(_ message: Message) -> Intake<Identifier, PaymentCommand> {
        guard let payment = message.parameters["id"].flatMap({ Identifier($0) }) else {
            return .refusal(.notFound("payment"))
        }
        var body = JSON.object([])
        if !message.body.isEmpty {
            guard let json = try? JSONParser.parse(message.body) else {
                return .refusal(Problem(.malformedJSON, "The body is no JSON."))
            }
            body = json
        }
        let input = Input(body)
        let request = RefundRequest(input, payment: payment, expectedVersions: message.parameters["if-match"])
        guard input.faults.isEmpty else { return .refusal(.validationFailed(input.faults)) }
        return .command(payment, .refund(request))
    }

    private func orderRefund(_ body: JSON) throws -> Intake<Identifier, PaymentCommand> {
        let order = try OrderSnapshot(json: try body.child("order"))
        return .command(order.id, .refundOrder(try OrderRefund(json: body), order))
    }

    private func callback(_ message: Message) -> Intake<Identifier, PaymentCommand> {
        let named = message.parameters["provider"].flatMap { PaymentProvider(input: $0) }
        guard let provider = named ?? ProviderRecognition.provider(message.body, message.parameters) else {
            return .refusal(Problem(.unknownProvider, "No provider sends callbacks like this."))
        }
        guard let reader = readers[provider] else {
            return .refusal(Problem(.unknownProvider, "\(provider.rawValue) is not enabled."))
        }
        guard let callback = try? reader.callback(message.body, message.parameters) else {
            outcomes.rejectedCallback(provider)
            return .refusal(Problem(.invalidSignature, "The signature does not fit the body."))
        }
        let record = CallbackRecord(
            id: message.id, provider: provider, reference: callback.reference.filter { $0 != "\0" }.limited(to: 255),
            document: callback.document, receivedAt: message.sentAt)
        guard let report = callback.report, let payment = Identifier(callback.reference) else {
            return .command(record.strayKey, .strayCallback(record))
        }
        return .command(payment, .callback(payment, report, record))
    }

    private func due(_ message: Message) throws -> Intake<Identifier, PaymentCommand> {
        guard let subject = PaymentSubject(message.subject) else { throw StoredFormatError("subject") }
        guard let refund = subject.refund else { return .command(subject.order, .checkDue(payment: subject.payment)) }
        return .command(subject.order, .refundCheckDue(payment: subject.payment, refund: refund))
    }

    private func answered(_ message: Message) throws -> Intake<Identifier, PaymentCommand> {
        guard let subject = PaymentSubject(message.subject) else { throw StoredFormatError("subject") }
        let outcome = try JSONParser.parse(message.body)
        if let refund = subject.refund {
            return .command(
                subject.order,
                .refundAnswered(payment: subject.payment, refund: refund, try RefundAnswer(outcome: outcome)))
        }
        let name = message.type.dropFirst("effect.".count).prefix { $0 != "." }
        let reader = PaymentProvider(rawValue: String(name)).flatMap { readers[$0] }
        let report = outcome["document"].flatMap { reader?.status($0, of: subject.payment) }
        return .command(subject.order, .checked(payment: subject.payment, report))
    }
}
