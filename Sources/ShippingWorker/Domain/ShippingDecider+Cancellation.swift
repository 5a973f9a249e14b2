import Contracts
import Worker

/// How a waybill is deleted before its parcel is handed over.
extension ShippingDecider {
    /// Because the order ended, or is to end once its waybills are deleted. Of several the carrier is asked first where
    /// they are: none is deleted when one was handed over meanwhile.
    func withdraw(
        _ reason: String, _ cancellation: Identifier?, _ state: OrderShipments?, _ context: DecisionContext
    ) -> Decision<ShippingChange> {
        let live = (state?.shipments ?? []).filter(\.status.isLive)
        if let cancellation, let gone = live.first(where: { $0.handedOverAt != nil }) {
            return .accept([.withdrawalRefused(shipment: gone.id, cancellation: cancellation)])
        }
        let withdrawn = live.filter(\.isCancellable)
        let mustLook = cancellation != nil && withdrawn.count { $0.carrierRef != nil } > 1
        var decision = Decision<ShippingChange>()
        for shipment in withdrawn {
            var wanted = shipment.withdrawal ?? Shipment.Withdrawal(reason: reason)
            wanted.cancellation = cancellation ?? wanted.cancellation
            let isNew = shipment.withdrawal == nil && shipment.carrierRef != nil
            if isNew { wanted.isLooking = mustLook }
            if wanted != shipment.withdrawal {
                decision.changes.append(.withdrawalWanted(shipment: shipment.id, wanted))
            }
            if isNew {
                decision.effects += mustLook ? track(shipment, context).effects : [self.cancellation(of: shipment)]
            }
        }
        return decision
    }

    /// Goes on with an order's cancellation when the carrier has said where one of its parcels is: after the last of them
    /// the waybills are deleted, and none when a parcel is on its way.
    func looked(
        at id: Identifier, _ state: OrderShipments?, _ heard: Decision<ShippingChange>, _ context: DecisionContext
    ) -> Decision<ShippingChange> {
        guard let state, var wanted = state[id]?.withdrawal, wanted.isLooking else { return heard }
        let after = heard.changes.reduce(state) { evolve($0, $1, context) }
        let others = after.shipments.filter { $0.id != id && $0.withdrawal?.cancellation == wanted.cancellation }
        var decision = heard
        guard after[id]?.handedOverAt == nil else {
            decision.changes.append(.withdrawalRefused(shipment: id, cancellation: wanted.cancellation))
            decision.resolutions += after[id].map { $0.answerToCanceller(.refusal($0.notCancellable)) } ?? []
            for other in others where other.withdrawal?.isLooking == true { keep(other, &decision) }
            return decision
        }
        wanted.isLooking = false
        decision.changes.append(.withdrawalWanted(shipment: id, wanted))
        guard !others.contains(where: { $0.withdrawal?.isLooking == true }) else { return decision }
        decision.effects += ([after[id]].compactMap { $0 } + others)
            .filter { $0.isCancellable && $0.carrierRef != nil }.map(cancellation(of:))
        return decision
    }

    /// The order is not cancelled after all; a shipment that staff cancel meanwhile still is.
    private func keep(_ shipment: Shipment, _ decision: inout Decision<ShippingChange>) {
        guard var wanted = shipment.withdrawal, wanted.asker != nil else {
            decision.changes.append(.withdrawalRefused(shipment: shipment.id, cancellation: nil))
            return
        }
        wanted.cancellation = nil
        wanted.isLooking = false
        decision.changes.append(.withdrawalWanted(shipment: shipment.id, wanted))
        decision.effects.append(cancellation(of: shipment))
    }

    /// `shipment.cancel`: the answer waits for the carrier's. Whoever asks again meanwhile is shown the same operation.
    func cancel(_ shipment: Shipment?, _ reason: String?, _ context: DecisionContext) -> Decision<ShippingChange> {
        guard let shipment, shipment.tenant == context.tenant,
            context.actor.maySee(customer: shipment.customerID)
        else { return .refuse(.notFound("shipment")) }
        guard context.actor.isStaff else { return .refuse(Problem(.forbidden, "Only staff may cancel shipments.")) }
        if let expected = context.message.parameters["if-match"],
            !ETagList(expected).contains("\"\(shipment.version)\"")
        {
            return .refuse(
                Problem(
                    .versionMismatch, "The shipment is at version \(shipment.version).",
                    current: String(shipment.version)))
        }
        if shipment.status == .cancelled { return .accept([], answer: .resource(status: 200)) }
        guard shipment.isCancellable else { return .refuse(shipment.notCancellable) }
        if let asker = shipment.withdrawal?.asker { return Decision(answer: .reply(asker.operation)) }
        var wanted = shipment.withdrawal ?? Shipment.Withdrawal(reason: reason ?? "cancelled")
        wanted.asker = Asker(id: context.message.id, at: context.now)
        let mustAsk = shipment.withdrawal == nil && shipment.carrierRef != nil
        return Decision(
            [.withdrawalWanted(shipment: shipment.id, wanted)], answer: .later,
            effects: mustAsk ? [cancellation(of: shipment)] : [])
    }

    /// The carrier's answer.
    func withdrawn(_ outcome: CancelOutcome, _ shipment: Shipment?) -> Decision<ShippingChange> {
        guard let shipment, !shipment.isFinal else { return .ignore }
        guard outcome == .cancelled else {
            // Too late: the parcel is on its way, and tracking will tell.
            return Decision(
                [.withdrawalRefused(shipment: shipment.id, cancellation: shipment.withdrawal?.cancellation)],
                resolutions: shipment.answerToCanceller(.refusal(shipment.notCancellable)))
        }
        return Decision(
            [.cancelled(shipment: shipment.id, previous: shipment.status)],
            timers: [
                .clear("track", subject: ShipmentSubject(shipment).description, tenant: shipment.tenant)
            ], resolutions: shipment.answerToCanceller(.resource(status: 200)))
    }

    func cancellation(of shipment: Shipment) -> Effect {
        effect("cancel", shipment, JSONWriter.object { $0.member("ref", shipment.carrierRef) })
    }
}

extension Shipment {
    /// Its parcel was not handed over, as far as is known here.
    fileprivate var isCancellable: Bool { !isFinal && handedOverAt == nil }

    fileprivate var notCancellable: Problem {
        Problem(.shipmentNotCancellable, "The parcel is with the carrier already.", current: status.rawValue)
    }

    /// The answer to who waits for the shipment to be cancelled, if anybody does.
    func answerToCanceller(
        _ answer: Decision<ShippingChange>.Answer
    ) -> [(Identifier, Decision<ShippingChange>.Answer)] {
        withdrawal?.asker.map { [($0.id, answer)] } ?? []
    }
}
