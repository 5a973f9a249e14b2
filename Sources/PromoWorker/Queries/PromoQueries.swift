import Contracts
import Postgres
import Worker

/// Answers `promo.validate`, a preview that takes no use and binds nobody, `promo.get` and `promo.list`.
///
/// The previews of a batch cost one statement for the codes that were not read lately, and one more only when a known
/// customer meets a code whose rules ask about customers. What people look up is always read.
struct PromoQueries: QueryHandler {
    let types = ["promo.validate"] + PromoReads.types
    let cursors: CursorKey
    let cache: PromoCodeCache
    let clock: @Sendable () -> Timestamp

    init(
        cursors: CursorKey, cache: PromoCodeCache = PromoCodeCache(),
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.cursors = cursors
        self.cache = cache
        self.clock = clock
    }

    func answer(_ queries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Reply] {
        let isPreview = queries.map { $0.type == "promo.validate" }
        var previews = try preview(zip(queries, isPreview).filter { $0.1 }.map { $0.0 }, read)[...]
        let plans = zip(queries, isPreview).filter { !$0.1 }.map { PromoReads.plan($0.0, cursors) }
        var reads = try QueryPlan.answer(plans, read)[...]
        return isPreview.map { $0 ? previews.removeFirst() : reads.removeFirst() }
    }

    // MARK: Previews

    private func preview(_ queries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Reply] {
        let now = clock()
        let quotes = queries.map(PromoQuote.read)
        let codes = try codes(Set(quotes.compactMap { try? $0.get().key }), now, read)
        let standings = try standings(quotes.compactMap { try? $0.get().trial(codes) }, read)
        return zip(queries, quotes).map { query, result in
            switch result {
            case .failure(let refusal): refusal.problem.reply(to: query)
            case .success(let quote): answer(query, quote, codes[quote.key], standings, now)
            }
        }
    }

    private func answer(
        _ query: Message, _ quote: PromoQuote, _ code: PromoCode?,
        _ standings: [RedemptionStore.Trial: CustomerStanding], _ now: Timestamp
    ) -> Reply {
        guard !quote.lacksPrices, !quote.lacksCategories || code?.categories.isEmpty ?? true else {
            return Problem(
                .catalogueUnavailable, "The catalogue cannot be asked: send price and categories of each item.",
                retryAfter: 5
            ).reply(to: query)
        }
        let customer = quote.customerID.map {
            standings[RedemptionStore.Trial(key: quote.key, customerID: $0)] ?? CustomerStanding(customerID: $0)
        }
        return Reply(status: 200, body: PromoVerdict(quote, code, customer: customer, at: now).jsonBytes)
    }

    private func codes(_ keys: Set<PromoKey>, _ now: Timestamp, _ read: ([Statement]) throws -> [Rows]) throws
        -> [PromoKey: PromoCode]
    {
        var codes = cache.codes(keys, at: now)
        let missing = keys.filter { codes[$0] == nil && $0.isPossible }
        guard !missing.isEmpty else { return codes }
        var fresh: [PromoKey: PromoCode] = [:]
        for rows in try read([PromoStore.read(missing.sorted())]) {
            for row in rows {
                let code = try PromoStore.promoCode(row)
                fresh[PromoKey(tenant: code.tenant, code: code.code)] = code
            }
        }
        cache.keep(fresh, readAt: now)
        codes.merge(fresh) { _, fresh in fresh }
        return codes
    }

    private func standings(_ trials: [RedemptionStore.Trial], _ read: ([Statement]) throws -> [Rows]) throws
        -> [RedemptionStore.Trial: CustomerStanding]
    {
        guard !trials.isEmpty else { return [:] }
        var standings: [RedemptionStore.Trial: CustomerStanding] = [:]
        for rows in try read([RedemptionStore.standings(Array(Set(trials)))]) {
            for row in rows {
                let (key, standing) = try RedemptionStore.standing(row)
                standings[RedemptionStore.Trial(key: key, customerID: standing.customerID)] = standing
            }
        }
        return standings
    }
}

extension PromoQuote {
    /// What has to be known of the customer, when the code's rules ask for it.
    fileprivate func trial(_ codes: [PromoKey: PromoCode]) -> RedemptionStore.Trial? {
        guard let customerID, let code = codes[key], code.isFirstOrder || code.maxUsesPerCustomer != nil else {
            return nil
        }
        return RedemptionStore.Trial(key: key, customerID: customerID)
    }
}
