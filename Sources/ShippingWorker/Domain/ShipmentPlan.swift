import Contracts
import Worker

/// Makes a shipment of a request, of the order it is for, and of what is shipped already.
struct ShipmentPlan {
    let draft: ShipmentDraft
    let order: OrderSnapshot
    let state: OrderShipments?

    static func make(
        _ draft: ShipmentDraft, _ order: OrderSnapshot, _ state: OrderShipments?, _ policy: ShippingPolicy,
        _ context: DecisionContext
    ) -> Result<Shipment, Refusal> {
        let plan = ShipmentPlan(draft: draft, order: order, state: state)
        do throws(Refusal) {
            try plan.checkOrder()
            let units = try plan.units()
            let (carrier, service) = try plan.carrier(policy)
            let address = draft.address ?? order.address
            let recipient = try plan.recipient(address)
            guard address["country"]?.string ?? "UA" == "UA" else {
                throw Refusal(Problem(.addressNotServed, "The carrier delivers in Ukraine only."))
            }
            return .success(plan.shipment(units, carrier, service, recipient, address, context))
        } catch {
            return .failure(error)
        }
    }

    private func checkOrder() throws(Refusal) {
        switch order.status {
        case .confirmed, .processing, .shipped: return
        case .pending:
            throw Refusal(
                Problem(.orderNotConfirmed, "The order is not confirmed yet.", current: order.status.rawValue))
        case .delivered, .cancelled, .refunded:
            throw Refusal(
                Problem(
                    .invalidTransition, "A \(order.status.rawValue) order is not shipped.",
                    current: order.status.rawValue))
        }
    }

    /// Units of a line that are in no live shipment. The order knows of units that went without a carrier.
    private func available(_ line: OrderSnapshot.Line) -> Int64 {
        line.quantity - max(state?.taken(line.id) ?? 0, line.shippedQuantity)
    }

    private func units() throws(Refusal) -> [(line: OrderSnapshot.Line, quantity: Int64)] {
        let open = order.lines.map { (line: $0, quantity: available($0)) }.filter { $0.quantity > 0 }
        guard !open.isEmpty else { throw Refusal(Problem(.nothingToShip, "All units are on their way.")) }
        guard let wanted = draft.items else { return open }
        var units: [(line: OrderSnapshot.Line, quantity: Int64)] = []
        var faults: [FieldError] = []
        for (index, unit) in wanted.enumerated() {
            guard let line = order.lines.first(where: { $0.id == unit.orderItemID }) else { continue }
            let available = max(0, available(line))
            if unit.quantity > available {
                faults.append(
                    FieldError(
                        pointer: "/items/\(index)/quantity", code: ProblemCode.quantityExceedsAvailable.rawValue,
                        detail: "\(available) units can be shipped.", availableQuantity: available))
            }
            units.append((line, unit.quantity))
        }
        guard faults.isEmpty else {
            throw Refusal(
                Problem(.quantityExceedsAvailable, "More units than can be shipped.", errors: faults))
        }
        return units
    }

    private func carrier(_ policy: ShippingPolicy) throws(Refusal) -> (Carrier, DeliveryService) {
        guard let carrier = draft.carrier ?? order.delivery?.carrier else {
            throw Refusal(Problem(.carrierRequired, "Neither the request nor the order names a carrier."))
        }
        guard let service = draft.service ?? order.delivery?.service else {
            throw Refusal(
                .validationFailed([FieldError(pointer: "/service", code: "required", detail: "Is required.")]))
        }
        if let code = policy.refusal(of: carrier, service, order.currency) {
            throw Refusal(policy.refusal(code, carrier, service, order.currency))
        }
        return (carrier, service)
    }

    private func recipient(_ address: JSON) throws(Refusal) -> Shipment.Recipient {
        if let recipient = draft.recipient { return recipient }
        guard let name = address["name"]?.string ?? order.address["name"]?.string else {
            throw Refusal(Problem(.recipientNameRequired, "The carrier needs the recipient's full name."))
        }
        guard let phone = address["phone"]?.string ?? order.address["phone"]?.string else {
            throw Refusal(
                .validationFailed([FieldError(pointer: "/recipient/phone", code: "required", detail: "Is required.")]))
        }
        return Shipment.Recipient(name: name, phone: Phone.e164(phone))
    }

    private func shipment(
        _ units: [(line: OrderSnapshot.Line, quantity: Int64)], _ carrier: Carrier, _ service: DeliveryService,
        _ recipient: Shipment.Recipient, _ address: JSON, _ context: DecisionContext
    ) -> Shipment {
        let usual = order.delivery.flatMap { $0.carrier == carrier ? $0 : nil }
        let weight = units.reduce(0) { $0 + $1.line.weightGrams * $1.quantity }
        let value = units.reduce(0) {
            $0 + Rounding.half($1.line.total.minor, times: $1.quantity, over: $1.line.quantity)
        }
        // The order's branch is in the order's city.
        let staysInCity = draft.cityRef == nil && draft.address == nil
        return Shipment(
            id: context.newID(), tenant: context.tenant, orderID: order.id, customerID: order.customerID,
            carrier: carrier, service: service,
            items: units.map {
                Shipment.Item(
                    orderItemID: $0.line.id, productID: $0.line.productID, sku: $0.line.sku, name: $0.line.name,
                    quantity: $0.quantity)
            },
            parcels: draft.parcels ?? [Shipment.Parcel(weightGrams: min(max(1, weight), 1_000_000))],
            recipient: recipient, address: address, cityRef: draft.cityRef ?? (staysInCity ? usual?.cityRef : nil),
            branchRef: service == .courier ? nil : draft.branchRef ?? (staysInCity ? usual?.branchRef : nil),
            declaredValue: draft.declaredValue ?? Money(minor: value, order.currency), payer: draft.payer,
            contents: draft.contents ?? units.map(\.line.name).joined(separator: ", ").limited(to: 100),
            createdAt: context.now, updatedAt: context.now, heardAt: context.now, asker: context.message.id)
    }
}
