import Contracts
import Postgres
import Worker

/// `promo.get` and `promo.list`.
enum PromoReads {
    static let types = ["promo.get", "promo.list"]

    static func plan(_ query: Message, _ key: CursorKey) -> QueryPlan {
        if let refusal = query.refusalOfOthers { return .refused(refusal, query) }
        return query.type == "promo.get" ? get(query) : list(query, key)
    }

    private static func get(_ query: Message) -> QueryPlan {
        guard let key = query.namedKey else { return .refused(.notFound("promo code"), query) }
        return QueryPlan([PromoStore.read([key])]) { rows in
            guard let code = try rows[0].first.map({ try PromoStore.promoCode($0) }) else {
                return Problem.notFound("promo code").reply(to: query)
            }
            let etag = "\"\(code.version)\""
            let headers = ["ETag": etag, "Vary": "Authorization", "Cache-Control": "private, no-cache"]
            if query.parameters["if-none-match"].map({ ETagList($0).contains(etag) }) == true {
                return Reply(status: 304, headers: headers, body: [])
            }
            return Reply(status: 200, headers: headers, body: code.jsonBytes)
        }
    }

    private static func list(_ query: Message, _ key: CursorKey) -> QueryPlan {
        let filter: PromoFilter
        do {
            filter = try PromoFilter(query, key)
        } catch {
            return .refused(error.problem, query)
        }
        return QueryPlan([filter.statement]) { rows in
            let page = try Page(rows[0], limit: filter.range.limit, of: filter.range.series) {
                try PagePlace(PromoStore.promoCode($0))
            }
            return page.reply(try page.rows.map { try PromoStore.promoCode($0).jsonBytes })
        }
    }
}
