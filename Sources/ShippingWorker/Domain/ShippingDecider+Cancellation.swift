import Contracts
import Worker

/// How a waybill is deleted before its parcel is handed over.
extension ShippingDecider {
    /// Because the order ended, or is to end once its waybills are deleted.
    func withdraw(
        _ reason: String, _ cancellation: Identifier?, _ state: OrderShipments?
    ) -> Decision<ShippingChange> {
        let live = (state?.shipments ?? []).filter(\.status.isLive)
        if let cancellation, let gone = live.first(where: { $0.handedOverAt != nil }) {
            return .accept([.withdrawalRefused(shipment: gone.id, cancellation: cancellation)])
        }
        let withdrawn = live.filter(\.isCancellable)
        return Decision(
            withdrawn.compactMap { shipment in
                var wanted = shipment.withdrawal ?? Shipment.Withdrawal(reason: reason)
                wanted.cancellation = cancellation ?? wanted.cancellation
                return wanted == shipment.withdrawal ? nil : .withdrawalWanted(shipment: shipment.id, wanted)
            },
            effects: withdrawn.filter { $0.withdrawal == nil && $0.carrierRef != nil }.map(cancellation(of:)))
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
