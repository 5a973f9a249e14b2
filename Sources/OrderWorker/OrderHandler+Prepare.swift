import Contracts
import Postgres
import Worker

/// What decisions need from elsewhere: products, the orders of returns, references that are taken.
extension OrderHandler {
    func prepare(_ batch: [Work<Identifier, OrderCommand>], _ read: (Statement) throws -> Rows) throws
        -> [Preparation<Identifier, OrderCommand>]
    {
        let products = products(for: batch)
        let orders = try orders(ofReturns: batch, read)
        let taken = try takenReferences(batch, read)
        return batch.map { work in
            switch work.command {
            case .create(_, let request, _) where request.isTaken(taken, tenant: work.message.tenant):
                return .refused(Self.referenceTaken)
            case .create(let id, let request, _):
                guard let known = products[work.message.tenant] else {
                    return .retry(
                        reason: "catalogue away",
                        atLast: Problem(.catalogueUnavailable, "The catalogue could not be asked.", retryAfter: 60))
                }
                return .ready(.create(id, request, products: known))
            case .setReturnStatus(let id, _):
                guard let order = orders[id] else { return .refused(.notFound("return")) }
                return .found(order, work.command)
            default: return .ready(work.command)
            }
        }
    }

    /// Products by tenant; a tenant whose catalogue is away is left out.
    private func products(for batch: [Work<Identifier, OrderCommand>]) -> [String: [String: Product]] {
        var wanted: [String: Set<String>] = [:]
        for work in batch {
            guard case .create(_, let request, _) = work.command else { continue }
            for item in request.items { wanted[work.message.tenant, default: []].insert(item.productID) }
        }
        var products: [String: [String: Product]] = [:]
        for (tenant, ids) in wanted { products[tenant] = try? catalogue.products(ids, tenant: tenant) }
        return products
    }

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
