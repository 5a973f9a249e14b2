import Contracts
import Postgres
import Worker

/// Makes shipments and follows them: `shipment.open`, `shipment.cancel`, `shipment.withdraw`, `shipment.quote`,
/// `order.cancelled`, `order.refunded`, the timer `track`, and the carriers' answers.
struct ShippingHandler: Handler {
    let rules: ShippingDecider

    init(_ policy: ShippingPolicy) { rules = ShippingDecider(policy: policy) }

    // MARK: Reading messages

    func intake(_ message: Message) throws -> Intake<Identifier, ShippingCommand> {
        switch message.type {
        case "shipment.open": return try open(message)
        case "shipment.quote":
            let request = try QuoteRequest(json: try JSONParser.parse(message.body))
            return .command(request.orderID, .quote(request))
        case "shipment.cancel": return cancel(message)
        case "shipment.withdraw", "order.cancelled", "order.refunded":
            let body = try JSONParser.parse(message.body)
            return .command(
                try body.id("order_id"),
                .withdraw(
                    reason: body["reason"]?.string ?? String(message.type.dropFirst("order.".count)),
                    cancellation: try body.optionalID("cancellation_id")))
        case "timer.track":
            let subject = try shipment(message)
            return .command(subject.orderID, .trackingDue(shipment: subject.shipmentID))
        default: return try result(message)
        }
    }

    private func open(_ message: Message) throws -> Intake<Identifier, ShippingCommand> {
        guard message.actor.isStaff else { return .refusal(Problem(.forbidden, "Only staff may ship.")) }
        let body = try JSONParser.parse(message.body)
        let order = try OrderSnapshot(json: try body.child("order"))
        switch ShipmentDraft.read(try body.child("request"), for: order) {
        case .success(let draft): return .command(order.id, .open(draft, order))
        case .failure(let refusal): return .refusal(refusal.problem)
        }
    }

    private func cancel(_ message: Message) -> Intake<Identifier, ShippingCommand> {
        guard let id = message.parameters["id"].flatMap({ Identifier($0) }) else {
            return .refusal(.notFound("shipment"))
        }
        guard let body = try? JSONParser.parse(message.body) else {
            return .refusal(Problem(.malformedJSON, "The body is no JSON."))
        }
        let input = Input(body)
        input.object()
        let reason = input["reason"].text(1...500)
        guard input.faults.isEmpty else { return .refusal(.validationFailed(input.faults)) }
        // The order is looked up later.
        return .command(id, .cancel(shipment: id, reason: reason))
    }

    /// A carrier's answer: `effect.<carrier>.<verb>`.
    private func result(_ message: Message) throws -> Intake<Identifier, ShippingCommand> {
        let words = message.type.split(separator: ".")
        guard words.count == 3, words[0] == "effect" else { return .ignored }
        let body = try JSONParser.parse(message.body)
        if words[2] == "quote" {
            let quote = try Quote(json: body)
            return .command(quote.orderID, .quoted(quote))
        }
        let subject = try shipment(message)
        switch words[2] {
        case "create":
            return .command(subject.orderID, .waybill(shipment: subject.shipmentID, try WaybillOutcome(json: body)))
        case "cancel":
            return .command(subject.orderID, .withdrawn(shipment: subject.shipmentID, CancelOutcome(json: body)))
        case "track":
            return .command(subject.orderID, .tracked(shipment: subject.shipmentID, try TrackingReport(json: body)))
        default: return .ignored
        }
    }

    private func shipment(_ message: Message) throws -> ShipmentSubject {
        guard let subject = ShipmentSubject(message.subject) else { throw StoredFormatError("subject") }
        return subject
    }

    // MARK: Loading and saving

    /// Finds the orders of shipments that staff cancel, who name the shipment only.
    func prepare(
        _ batch: [Work<Identifier, ShippingCommand>], _ read: (Statement) throws -> Rows
    ) throws -> [Preparation<Identifier, ShippingCommand>] {
        let shipments = Set(batch.compactMap(\.cancelled))
        guard !shipments.isEmpty else { return batch.map { .ready($0.command) } }
        var orders: [Identifier: Identifier] = [:]
        for row in try read(ShipmentStore.orders(of: shipments.sorted())) {
            orders[Identifier(try row.uuid(0))] = Identifier(try row.uuid(1))
        }
        return batch.map { work in
            guard let shipment = work.cancelled else { return .ready(work.command) }
            return orders[shipment].map { .found($0, work.command) } ?? .refused(.notFound("shipment"))
        }
    }

    func load(_ batch: [Work<Identifier, ShippingCommand>]) -> [Statement] {
        let orders = Set(batch.lazy.filter(\.needsShipments).map(\.key)).sorted()
        guard !orders.isEmpty else { return [] }
        let opened = Set(batch.lazy.filter(\.opens).map(\.key)).sorted()
        return [ShipmentStore.claim(opened), ShipmentStore.lock(orders), ShipmentStore.ofOrders(orders)]
    }

    func states(_ rows: [Rows], _ batch: [Work<Identifier, ShippingCommand>]) throws -> [Identifier: OrderShipments] {
        guard rows.count == 3 else { return [:] }
        var states: [Identifier: OrderShipments] = [:]
        for row in rows[2] {
            let shipment = try ShipmentStore.shipment(row)
            states[shipment.orderID, default: OrderShipments(orderID: shipment.orderID)].shipments.append(shipment)
        }
        return states
    }

    func save(_ changed: [Changed<Identifier, OrderShipments>]) -> [Saving] {
        var created: [Shipment] = []
        var updated: [(before: Int64, shipment: Shipment)] = []
        for change in changed {
            for shipment in change.after.shipments {
                guard let before = change.before?[shipment.id] else {
                    created.append(shipment)
                    continue
                }
                if before != shipment { updated.append((before.version, shipment)) }
            }
        }
        var savings: [Saving] = []
        if !created.isEmpty { savings.append(Saving(ShipmentStore.insert(created), expectedRows: created.count)) }
        if !updated.isEmpty { savings.append(Saving(ShipmentStore.update(updated), expectedRows: updated.count)) }
        return savings
    }

    // MARK: Showing

    func events(for change: ShippingChange, _ state: OrderShipments, _ context: DecisionContext) -> [Event] {
        ShippingEvents.events(for: change, state, context)
    }

    /// The shipment that the message made, or that its path names.
    func reply(status: Int, _ state: OrderShipments, to message: Message) -> Reply {
        let named = message.parameters["id"].flatMap { Identifier($0) }.flatMap { state[$0] }
        guard let shipment = named ?? state.made(by: message.id) else {
            return Problem.notFound("shipment").reply(to: message)
        }
        var headers = ["ETag": "\"\(shipment.version)\""]
        if status == 201 { headers["Location"] = "/api/v1/shipments/\(shipment.id)" }
        return Reply(
            status: status, headers: headers, body: shipment.document(for: .init(of: message.actor)))
    }
}

extension Work where Key == Identifier, Command == ShippingCommand {
    /// Prices concern no shipment.
    fileprivate var needsShipments: Bool {
        switch command {
        case .quote, .quoted: false
        default: true
        }
    }

    /// The shipment that staff cancel.
    fileprivate var cancelled: Identifier? {
        if case .cancel(let shipment, _) = command { shipment } else { nil }
    }

    fileprivate var opens: Bool {
        if case .open = command { true } else { false }
    }
}
