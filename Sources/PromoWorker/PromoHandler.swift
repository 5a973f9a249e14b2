import Contracts
import Postgres
import Worker

/// Creates and changes codes and takes and gives back their uses: `promo.create`, `promo.update`, `promo.redeem`,
/// `promo.release`, `order.confirmed`, `order.cancelled`, `order.refunded`.
struct PromoHandler: Handler {
    let rules = PromoDecider()

    // MARK: Reading messages

    func intake(_ message: Message) throws -> Intake<PromoKey, PromoCommand> {
        switch message.type {
        case "promo.create": return create(message)
        case "promo.update": return update(message)
        case "promo.redeem":
            let body = try JSONParser.parse(message.body)
            let key = message.key(try body.text("code"))
            return .command(
                key,
                .redeem(
                    key, orderID: try body.id("order_id"), customerID: try body.text("customer_id"),
                    try Cart(redeem: body), orderVersion: body["order_version"]?.int ?? 0))
        case "promo.release":
            let body = try JSONParser.parse(message.body)
            return .command(
                message.key(try body.text("code")),
                .release(
                    orderID: try body.id("order_id"), try body.word("reason"), before: body["order_version"]?.int))
        case "order.confirmed":
            let body = try JSONParser.parse(message.body)
            return .command(.customers(of: message.tenant), .know(customerID: try body.text("customer_id")))
        case "order.cancelled":
            let body = try JSONParser.parse(message.body)
            guard let code = body["promo_code"]?.string else { return .ignored }
            let isExpiry = try body.text("reason") == "payment_expired"
            return .command(
                message.key(code),
                .release(orderID: try body.id("order_id"), isExpiry ? .orderExpired : .orderCancelled))
        case "order.refunded":
            let body = try JSONParser.parse(message.body)
            // A cancelled order has given its use back already.
            guard try body.flag("restock"), try body.text("previous_status") != OrderStatus.cancelled.rawValue else {
                return .ignored
            }
            // The event does not name the code: `prepare` finds it. Without a use it is decided where nothing is found.
            return .command(.customers(of: message.tenant), .release(orderID: try body.id("order_id"), .orderRefunded))
        default: return .ignored
        }
    }

    private func create(_ message: Message) -> Intake<PromoKey, PromoCommand> {
        read(message, PromoDraft.read) { .command(message.key($0.code), .create($0)) }
    }

    private func update(_ message: Message) -> Intake<PromoKey, PromoCommand> {
        read(message, PromoPatch.read) { patch in
            message.namedKey.map { .command($0, .update(patch)) } ?? .refusal(.notFound("promo code"))
        }
    }

    /// What an admin sends.
    private func read<Value>(
        _ message: Message, _ body: (JSON) -> Result<Value, Refusal>,
        _ command: (Value) -> Intake<PromoKey, PromoCommand>
    ) -> Intake<PromoKey, PromoCommand> {
        if let refusal = message.refusalOfOthers { return .refusal(refusal) }
        guard let json = try? JSONParser.parse(message.body) else {
            return .refusal(Problem(.malformedJSON, "The body is no JSON."))
        }
        switch body(json) {
        case .success(let value): return command(value)
        case .failure(let refusal): return .refusal(refusal.problem)
        }
    }

    func prepare(_ batch: [Work<PromoKey, PromoCommand>], _ read: (Statement) throws -> Rows) throws
        -> [Preparation<PromoKey, PromoCommand>]
    {
        let unnamed = batch.compactMap { work -> (tenant: String, orderID: Identifier)? in
            guard work.key.code.isEmpty, case .release(let orderID, _, _) = work.command else { return nil }
            return (work.key.tenant, orderID)
        }
        guard !unnamed.isEmpty else { return batch.map { .ready($0.command) } }
        var keys: [Identifier: PromoKey] = [:]
        for row in try read(RedemptionStore.codes(of: unnamed)) {
            keys[Identifier(try row.uuid(1))] = PromoKey(tenant: try row.text(0), code: try row.text(2))
        }
        return batch.map { work in
            guard work.key.code.isEmpty, case .release(let orderID, _, _) = work.command, let key = keys[orderID],
                key.tenant == work.key.tenant
            else { return .ready(work.command) }
            return .found(key, work.command)
        }
    }

    // MARK: Loading and saving

    func load(_ batch: [Work<PromoKey, PromoCommand>]) -> [Statement] {
        let keys = Set(batch.lazy.map(\.key)).filter { !$0.code.isEmpty }
        guard !keys.isEmpty else { return [] }
        let trials = Array(Set(batch.lazy.compactMap(\.trial)))
        return [
            PromoStore.lock(keys.sorted()), RedemptionStore.read(Array(Set(batch.lazy.compactMap(\.place)))),
            RedemptionStore.lockCustomers(trials), RedemptionStore.standings(trials),
        ]
    }

    func states(_ rows: [Rows], _ batch: [Work<PromoKey, PromoCommand>]) throws -> [PromoKey: Promo] {
        guard rows.count == 4 else { return [:] }
        var promos: [PromoKey: Promo] = [:]
        for row in rows[0] {
            let code = try PromoStore.promoCode(row)
            let key = PromoKey(tenant: code.tenant, code: code.code)
            promos[key] = Promo(key: key, code: code)
        }
        for row in rows[1] {
            let redemption = try RedemptionStore.redemption(row)
            promos[redemption.key]?.redemptions[redemption.orderID] = redemption
        }
        for row in rows[3] {
            let (key, standing) = try RedemptionStore.standing(row)
            promos[key]?.customers[standing.customerID] = standing
        }
        return promos
    }

    func save(_ changed: [Changed<PromoKey, Promo>]) -> [Saving] {
        var created: [PromoCode] = []
        var updated: [(before: Int64, code: PromoCode)] = []
        var redemptions: [Redemption] = []
        var known: [(tenant: String, customerID: String)] = []
        for change in changed {
            known += change.after.knownCustomers.map { (change.key.tenant, $0) }
            guard let code = change.after.code else { continue }
            if let before = change.before?.code {
                if before.version != code.version { updated.append((before.version, code)) }
            } else {
                created.append(code)
            }
            for (orderID, redemption) in change.after.redemptions
            where redemption != change.before?.redemptions[orderID] {
                redemptions.append(redemption)
            }
        }
        var savings: [Saving] = []
        if !created.isEmpty { savings.append(Saving(PromoStore.insert(created), expectedRows: created.count)) }
        if !updated.isEmpty { savings.append(Saving(PromoStore.update(updated), expectedRows: updated.count)) }
        if !redemptions.isEmpty {
            savings.append(Saving(RedemptionStore.save(redemptions), expectedRows: redemptions.count))
        }
        if !known.isEmpty { savings.append(Saving(RedemptionStore.know(known))) }
        return savings
    }

    func refusal(forConstraint name: String, _ work: Work<PromoKey, PromoCommand>) -> Problem? {
        guard name == "promo_codes_pkey" else { return nil }
        return Problem(.codeTaken, "The code \(work.key.code) exists already.")
    }

    // MARK: Showing

    func events(for change: PromoChange, _ state: Promo, _ context: DecisionContext) -> [Event] {
        PromoEvents.events(for: change, state, context)
    }

    func reply(status: Int, _ state: Promo, to message: Message) -> Reply {
        guard let code = state.code else { return Problem.notFound("promo code").reply(to: message) }
        var headers = ["ETag": "\"\(code.version)\""]
        if status == 201 { headers["Location"] = "/api/v1/promo/\(code.code)" }
        return Reply(status: status, headers: headers, body: code.jsonBytes)
    }
}

extension Message {
    /// The code that the path names; nil when there can be none of this name.
    var namedKey: PromoKey? { parameters["code"].map { key($0) }.flatMap { $0.isPossible ? $0 : nil } }

    /// Codes are the business of admins and other services.
    var refusalOfOthers: Problem? {
        actor.isAdmin ? nil : Problem(.forbidden, "The role \(actor.type.rawValue) may not work with promo codes.")
    }

    fileprivate func key(_ code: String) -> PromoKey { PromoKey(tenant: tenant, code: PromoCode.canonical(code)) }
}

extension Work where Key == PromoKey, Command == PromoCommand {
    fileprivate var place: RedemptionStore.Place? {
        switch command {
        case .create, .update, .know: nil
        case .redeem(_, let orderID, _, _, _), .release(let orderID, _, _):
            RedemptionStore.Place(key: key, orderID: orderID)
        }
    }

    /// Only a redemption needs to know the customer. A release corrects what was loaded for a redemption of the batch.
    fileprivate var trial: RedemptionStore.Trial? {
        guard case .redeem(_, _, let customerID, _, _) = command else { return nil }
        return RedemptionStore.Trial(key: key, customerID: customerID)
    }
}

extension Cart {
    /// From the body of `promo.redeem`.
    fileprivate init(redeem body: JSON) throws {
        let currency = try body.currency()
        let lines = try body.list("lines").map {
            Line(
                productID: try $0.text("product_id"), quantity: try $0.int("quantity"),
                price: try $0.money("price", currency),
                categories: $0["categories"]?.array?.compactMap(\.string) ?? [])
        }
        self.init(lines: lines, shippingCost: try body.optionalMoney("shipping_cost", currency) ?? .zero(currency))
    }
}
