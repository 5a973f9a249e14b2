import Contracts
import Postgres
import Worker

/// Joins the rules of orders with messages, tables, the catalogue and the customers.
struct OrderHandler: Handler {
    let rules: OrderRules
    let catalogue: Catalogue
    let customers: CustomerDirectory
    let metrics: OrderMetrics

    // MARK: Messages

    func intake(_ message: Message) throws -> Intake<Identifier, OrderCommand> {
        switch message.type {
        case "order.create": create(message)
        // Requests about an order come to its owner first: it knows whether the caller may see it.
        case "payment.create": OrderIntake.named(message) { _ in .forward(as: "payment.open") }
        case "shipment.create": OrderIntake.named(message) { _ in .forward(as: "shipment.open") }
        case "promo.apply":
            OrderIntake.named(message) { $0["code"].required().promoCode().map { .applyPromo(code: $0) } }
        case "order.set_status", "order.cancel", "return.request", "return.set_status": OrderIntake.read(message)
        case "timer.draft", "timer.application", "timer.expire": try timer(message)
        default: try OrderNews.intake(message)
        }
    }

    private func create(_ message: Message) -> Intake<Identifier, OrderCommand> {
        switch message.json {
        case .failure(let refusal): .refusal(refusal.problem)
        case .success(let body):
            switch OrderRequest.read(body, actor: message.actor) {
            case .failure(let refusal): .refusal(refusal.problem)
            case .success(let request): newOrder(request)
            }
        }
    }

    private func newOrder(_ request: OrderRequest) -> Intake<Identifier, OrderCommand> {
        let id = Identifier.new()
        return .command(id, .create(id, request, products: [:]))
    }

    private func timer(_ message: Message) throws -> Intake<Identifier, OrderCommand> {
        guard let order = Identifier(message.subject) else { throw StoredFormatError("subject") }
        switch message.type {
        case "timer.draft": return .command(order, .draftTimedOut)
        case "timer.application": return .command(order, .applicationTimedOut)
        default: return .command(order, .expire)
        }
    }

    // MARK: Tables

    func load(_ batch: [Work<Identifier, OrderCommand>]) -> [Statement] {
        var ids: [Identifier] = []
        for work in batch {
            if case .create = work.command { continue }
            ids.append(work.key)
        }
        return ids.isEmpty ? [] : OrderStore.load(ids)
    }

    func states(_ rows: [Rows], _ batch: [Work<Identifier, OrderCommand>]) throws -> [Identifier: OrderState] {
        try OrderStore.states(orders: rows[0], drafts: rows[1])
    }

    func save(_ changed: [Changed<Identifier, OrderState>]) -> [Saving] {
        var changes = OrderStore.Changes()
        var heard: [(order: Identifier, event: Event)] = []
        var returns: [(order: Order, goods: Return)] = []
        for entry in changed {
            switch (entry.before, entry.after) {
            case (.order(let before), .order(let after)):
                if after.version != before.version { changes.updated.append(after) }
                returns += after.returns.filter { !before.returns.contains($0) }.map { (after, $0) }
                heard += after.heard.map { (after.id, $0) }
            case (let before, .order(let after)):
                changes.inserted.append(after)
                heard += after.heard.map { (after.id, $0) }
                if case .draft = before { changes.endedDrafts.append(after.id) }
            case (_, .draft(let draft)): changes.drafts.append(draft)
            case (.draft(let draft), .abandoned): changes.abandonedDrafts.append(draft.order.id)
            case (_, .abandoned): break
            }
        }
        var statements = OrderStore.save(changes, at: .now)
        if !heard.isEmpty { statements.append(OrderStore.hear(heard)) }
        if !returns.isEmpty { statements.append(ReturnStore.save(returns)) }
        return statements.map { Saving($0) }
    }

    func due(at now: Timestamp, limit: Int) -> Statement? { OrderStore.expired(at: now, limit: limit) }

    func refusal(forConstraint name: String, _ work: Work<Identifier, OrderCommand>) -> Problem? {
        name == "orders_reference" || name == "drafts_reference" ? Self.referenceTaken : nil
    }

    static let referenceTaken = Problem(
        .referenceTaken, "There is already an order with this reference.",
        errors: [FieldError(pointer: "/reference", code: "duplicate", detail: "Is taken.")])

    // MARK: Showing

    func events(for change: OrderChange, _ state: OrderState, _ context: DecisionContext) -> [Event] {
        OrderEvents().events(for: change, state, context)
    }

    func committed(_ change: OrderChange, _ state: OrderState) {
        if case .order(let order) = state { metrics.count(change, order) }
    }

    func reply(status: Int, _ state: OrderState, to message: Message) -> Reply {
        guard case .order(let order) = state else {
            return Problem(.internalError, "The order is not there.").reply(to: message)
        }
        if message.type.hasPrefix("return.") { return ReturnView.reply(status: status, order, to: message) }
        if message.type == "promo.apply" { return RedemptionView.reply(status: status, order, to: message) }
        var headers = ["ETag": "\"\(order.version)\"", "Vary": "Authorization"]
        if status == 201 { headers["Location"] = "/api/v1/orders/\(order.id)" }
        return Reply(
            status: status, headers: headers,
            body: OrderView.body(
                document: order.document, allowed: OrderTransitions.allowed(for: message.actor, order)))
    }
}

extension Message {
    /// The body as JSON, or why it is none.
    var json: Result<JSON, Refusal> {
        do {
            return .success(try JSONParser.parse(body))
        } catch .tooDeep {
            return .failure(Refusal(Problem(.contentTooLarge, "The body is nested deeper than 32 levels.")))
        } catch {
            return .failure(Refusal(Problem(.malformedJSON, "The body is not JSON.")))
        }
    }
}
