import Contracts
import Postgres
import Worker

/// `return.get` and `return.list`.
enum ReturnQueries {
    static let types = ["return.get", "return.list"]

    static func plan(_ query: Message) -> QueryPlan {
        query.type == "return.get" ? get(query) : list(query)
    }

    private static func get(_ query: Message) -> QueryPlan {
        guard let id = query.pathID else { return .refused(.notFound("return"), query) }
        return QueryPlan(statements: [ReturnStore.byIDs([id])]) { rows in
            guard let row = rows[0].first, try row.isVisible(to: query) else {
                return Problem.notFound("return").reply(to: query)
            }
            let etag = "\"\(try row.int64("version"))\""
            let headers = ["ETag": etag, "Vary": "Authorization", "Cache-Control": "private, no-cache"]
            if query.parameters["if-none-match"].map({ ETagList($0).contains(etag) }) == true {
                return Reply(status: 304, headers: headers, body: [])
            }
            return Reply(status: 200, headers: headers, body: try row.returnView(for: query.actor))
        }
    }

    private static func list(_ query: Message) -> QueryPlan {
        let filter: ReturnFilter
        switch ReturnFilter.read(query) {
        case .failure(let refusal): return .refused(refusal.problem, query)
        case .success(let read): filter = read
        }
        return QueryPlan(statements: [filter.statement]) { rows in
            let page = Array(rows[0].prefix(filter.limit))
            let hasMore = rows[0].count > filter.limit
            let next = hasMore ? try page.last.map { try filter.cursor(after: $0) } : nil
            let views = try page.map { try $0.returnView(for: query.actor) }
            let body = JSONWriter.object(capacity: views.reduce(64) { $0 + $1.count }) {
                $0.name("data")
                $0.array(views) { $0.raw($1) }
                $0.member("has_more", hasMore)
                $0.name("next_cursor")
                if let next { $0.string(next) } else { $0.null() }
            }
            var headers = ["Vary": "Authorization"]
            if let next { headers["Link"] = "<\(filter.link(query.path, cursor: next))>; rel=\"next\"" }
            return Reply(status: 200, headers: headers, body: body)
        }
    }
}

extension Row {
    /// The stored document with what the actor may do now.
    fileprivate func returnView(for actor: Actor) throws -> [UInt8] {
        guard let status = ReturnStatus(rawValue: try text("status")) else { throw StoredFormatError("status") }
        return ReturnView.body(
            document: try json("document"),
            allowed: ReturnTransitions.allowed(for: actor, status, isReceiving: try bool("is_receiving")))
    }
}
