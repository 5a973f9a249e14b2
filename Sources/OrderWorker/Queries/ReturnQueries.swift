import Contracts
import Postgres
import Worker

/// `return.get` and `return.list`.
enum ReturnQueries {
    static let types = ["return.get", "return.list"]

    static func plan(_ query: Message, _ key: CursorKey) -> QueryPlan {
        query.type == "return.get" ? get(query) : list(query, key)
    }

    private static func get(_ query: Message) -> QueryPlan {
        guard let id = query.pathID else { return .refused(.notFound("return"), query) }
        return QueryPlan([ReturnStore.byIDs([id])]) { rows in
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

    private static func list(_ query: Message, _ key: CursorKey) -> QueryPlan {
        let filter: ReturnFilter
        do {
            filter = try ReturnFilter(query, key)
        } catch {
            return .refused(error.problem, query)
        }
        return QueryPlan([filter.statement]) { rows in
            let page = try Page(rows[0], of: filter.range, by: "return_id")
            return page.reply(try page.rows.map { try $0.returnView(for: query.actor) })
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
