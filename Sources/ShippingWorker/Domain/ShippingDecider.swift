import Contracts
import Worker

/// The rules of an order's shipments (rules.md section 8).
struct ShippingDecider: Decider {
    let policy: ShippingPolicy

    func decide(
        _ command: ShippingCommand, _ state: OrderShipments?, _ context: DecisionContext
    ) -> Decision<ShippingChange> {
        switch command {
        case .open(let draft, let order): open(draft, order, state, context)
        case .waybill(let id, let outcome): decided(outcome, state?[id], context)
        case .trackingDue(let id): track(state?[id], context)
        case .tracked(let id, let report): looked(at: id, state, tracked(report, state?[id], context), context)
        case .withdraw(let reason, let cancellation): withdraw(reason, cancellation, state, context)
        case .cancel(let id, let reason): cancel(state?[id], reason, context)
        case .withdrawn(let id, let outcome): withdrawn(outcome, state?[id])
        case .quote(let request): quote(request, context)
        case .quoted(let quote): .accept([.quoted(quote)])
        }
    }

    // MARK: Waybills

    private func open(
        _ draft: ShipmentDraft, _ order: OrderSnapshot, _ state: OrderShipments?, _ context: DecisionContext
    ) -> Decision<ShippingChange> {
        switch ShipmentPlan.make(draft, order, state, policy, context) {
        case .failure(let refusal): .refuse(refusal.problem)
        case .success(let shipment):
            // The answer waits for the carrier's.
            Decision(
                [.opened(shipment)], answer: .later,
                effects: [effect("create", shipment, shipment.document(for: .store))]
            )
        }
    }

    private func decided(
        _ outcome: WaybillOutcome, _ shipment: Shipment?, _ context: DecisionContext
    ) -> Decision<ShippingChange> {
        guard let shipment, shipment.status == .pending else { return .ignore }
        let answer = [(shipment.asker, Decision<ShippingChange>.Answer.resource(status: 201))]
        switch outcome {
        case .refused(let code, let message):
            return Decision(
                [.refused(shipment: shipment.id, code: code, message: message)],
                resolutions: answer + shipment.answerToCanceller(.resource(status: 200)))
        case .made(let waybill):
            let made = shipment.with(waybill, at: context.now)
            // The order may have been cancelled while the carrier was away.
            let effects = shipment.withdrawal == nil ? [] : [cancellation(of: made)]
            return Decision(
                [.waybillMade(shipment: shipment.id, waybill)], effects: effects, timers: [timer(made, context)],
                resolutions: answer)
        }
    }

    // MARK: Tracking

    func track(_ shipment: Shipment?, _ context: DecisionContext) -> Decision<ShippingChange> {
        guard let shipment, !shipment.isFinal, let number = shipment.trackingNumber else { return .ignore }
        let body = JSONWriter.object {
            $0.member("number", number)
            $0.member("phone", shipment.recipient.phone)
            $0.member("return_number", shipment.returnNumber)
        }
        return Decision(effects: [effect("track", shipment, body, id: context.newID())])
    }

    private func tracked(
        _ report: TrackingReport, _ shipment: Shipment?, _ context: DecisionContext
    ) -> Decision<ShippingChange> {
        guard let shipment, !shipment.isFinal else { return .ignore }
        let change = shipment.change(by: report, at: context.now)
        let after = evolve(OrderShipments(orderID: shipment.orderID, shipments: [shipment]), change, context)
        return Decision([change], timers: [timer(after[shipment.id] ?? shipment, context)])
    }

    private func timer(_ shipment: Shipment, _ context: DecisionContext) -> TimerChange {
        let subject = ShipmentSubject(shipment).description
        guard let due = policy.tracking.next(for: shipment, after: context.now) else {
            return .clear("track", subject: subject, tenant: shipment.tenant)
        }
        return .set("track", subject: subject, tenant: shipment.tenant, at: due)
    }

    // MARK: Quotes

    private func quote(_ request: QuoteRequest, _ context: DecisionContext) -> Decision<ShippingChange> {
        let consignment = request.consignment
        if let refusal = policy.refusal(of: consignment.carrier, consignment.service, consignment.currency) {
            return .accept([.quoted(Quote(request, .refused(refusal)))])
        }
        return Decision(effects: [
            Effect(
                id: context.derivedID("quote"), kind: "\(consignment.carrier.rawValue).quote",
                subject: request.orderID.description, tenant: context.tenant, body: request.json)
        ])
    }

    /// An effect whose id follows from the shipment: there is one waybill of it and one deletion.
    func effect(_ verb: String, _ shipment: Shipment, _ body: [UInt8], id: Identifier? = nil) -> Effect {
        Effect(
            id: id ?? Identifier.derived(from: shipment.id.description, verb),
            kind: "\(shipment.carrier.rawValue).\(verb)", subject: ShipmentSubject(shipment).description,
            tenant: shipment.tenant, body: body)
    }
}

extension ShippingPolicy {
    /// Why a carrier does not deliver so; nil when it does.
    func refusal(of carrier: Carrier, _ service: DeliveryService, _ currency: Currency) -> ProblemCode? {
        guard enabled.contains(carrier), let info = CarrierInfo.of(carrier), !info.isRetired else {
            return .carrierNotEnabled
        }
        // The carriers insure and charge in hryvnias.
        return info.services.contains(service) && currency == .uah ? nil : .serviceNotSupported
    }
}
