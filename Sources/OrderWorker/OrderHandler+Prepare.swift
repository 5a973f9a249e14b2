import Contracts
import Postgres
import Worker

/// What decisions need from elsewhere: products, customers, the orders of returns, references that are taken.
extension OrderHandler {
    func prepare(_ batch: [Work<Identifier, OrderCommand>], _ read: (Statement) throws -> Rows) throws
        -> [Preparation<Identifier, OrderCommand>]
    {
        let creations = creations(in: batch)
        let products = products(of: creations)
        let customers = customers(of: creations)
        let orders = try orders(ofReturns: batch, read)
        let taken = try takenReferences(batch, read)
        return batch.enumerated().map { index, work in
            switch work.command {
            case .create(_, let request, _) where request.isTaken(taken, tenant: work.message.tenant):
                return .refused(Self.referenceTaken)
            case .create(let id, let request, _):
                return prepared(
                    id, request, for: work.message, products[work.message.tenant] ?? [:], customers[index] ?? .away)
            case .setReturnStatus(let id, _):
                guard let order = orders[id] else { return .refused(.notFound("return")) }
                return .found(order, work.command)
            default: return .ready(work.command)
            }
        }
    }

    // MARK: Catalogue and customers

    private typealias Creation = (index: Int, message: Message, request: OrderRequest)

    private func creations(in batch: [Work<Identifier, OrderCommand>]) -> [Creation] {
        batch.enumerated().compactMap { index, work in
            if case .create(_, let request, _) = work.command { (index, work.message, request) } else { nil }
        }
    }

    /// What is known of the products of all requests, by tenant.
    private func products(of creations: [Creation]) -> [String: [String: Catalogue.Finding]] {
        var wanted: [String: (message: Message, ids: Set<String>)] = [:]
        for (_, message, request) in creations {
            wanted[message.tenant, default: (message, [])].ids.formUnion(request.items.lazy.map { $0.productID })
        }
        return wanted.mapValues { catalogue.find($0.ids, for: $0.message) }
    }

    /// What is known of the customers, by index in the batch.
    private func customers(of creations: [Creation]) -> [Int: CustomerDirectory.Memory.Finding] {
        guard !creations.isEmpty else { return [:] }
        let findings = customers.find(creations.map { ($0.message, $0.request.customerID) })
        return Dictionary(uniqueKeysWithValues: zip(creations.map { $0.index }, findings))
    }

    private func prepared(
        _ order: Identifier, _ request: OrderRequest, for message: Message,
        _ findings: [String: Catalogue.Finding], _ customer: CustomerDirectory.Memory.Finding
    ) -> Preparation<Identifier, OrderCommand> {
        var products = [String: Product](minimumCapacity: request.items.count)
        for item in request.items {
            switch findings[item.productID] {
            case .found(let product): products[item.productID] = product
            case .absent: break
            case .asked: return .waiting
            case .away, nil:
                return .retry(
                    reason: "catalogue away",
                    atLast: Problem(.catalogueUnavailable, "The catalogue could not be asked.", retryAfter: 60))
            }
        }
        switch customer {
        case .found(let customer): return .ready(.create(order, request.filled(from: customer), products: products))
        case .asked: return .waiting
        case .absent where request.customerID != message.actor.id:
            return .refused(
                Problem(
                    .customerNotFound, "There is no customer \(request.customerID).",
                    errors: [
                        FieldError(
                            pointer: "/customer_id", code: ProblemCode.customerNotFound.rawValue,
                            detail: "Is not known to the CRM.")
                    ]))
        case .absent, .away: return .ready(.create(order, request, products: products))
        }
    }

    // MARK: Returns and references

    /// Decisions about returns name the return only.
    private func orders(
        ofReturns batch: [Work<Identifier, OrderCommand>], _ read: (Statement) throws -> Rows
    ) throws -> [Identifier: Identifier] {
        let returns = batch.compactMap { work in
            if case .setReturnStatus(let id, _) = work.command { id } else { nil }
        }
        guard !returns.isEmpty else { return [:] }
        var orders: [Identifier: Identifier] = [:]
        for row in try read(ReturnStore.orders(of: returns)) {
            orders[Identifier(try row.uuid(0))] = Identifier(try row.uuid(1))
        }
        return orders
    }

    /// An order that is drafted first would meet its reference's owner only when it is finished, and nobody could say so
    /// at once.
    private func takenReferences(
        _ batch: [Work<Identifier, OrderCommand>], _ read: (Statement) throws -> Rows
    ) throws -> [String: Set<String>] {
        let wanted = batch.compactMap { work -> (tenant: String, reference: String)? in
            guard case .create(_, let request, _) = work.command, request.isDrafted else { return nil }
            return request.reference.map { (work.message.tenant, $0) }
        }
        guard !wanted.isEmpty else { return [:] }
        var taken: [String: Set<String>] = [:]
        for row in try read(OrderStore.taken(wanted)) { taken[try row.text(0), default: []].insert(try row.text(1)) }
        return taken
    }
}

extension OrderRequest {
    fileprivate func isTaken(_ taken: [String: Set<String>], tenant: String) -> Bool {
        isDrafted && reference.map { taken[tenant]?.contains($0) == true } ?? false
    }
}
