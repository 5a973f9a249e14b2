import Contracts
import Postgres

/// Answers `operation.get` from the inbox: what became of a change that was answered with 202.
struct OperationQuery {
    static let type = "operation.get"

    func answer(_ queries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Reply] {
        let ids = queries.compactMap { $0.parameters["id"].flatMap { Identifier($0) } }
        var rows: [Identifier: Row] = [:]
        for row in try read([RuntimeStatements.operations(ids)])[0] { rows[Identifier(try row.uuid(0))] = row }
        let joined = try rows.values.compactMap { try joinedOperation($0) }
        if !joined.isEmpty {
            for row in try read([RuntimeStatements.operations(joined)])[0] { rows[Identifier(try row.uuid(0))] = row }
        }
        return try queries.map { query in
            guard let id = query.parameters["id"].flatMap({ Identifier($0) }), let row = rows[id],
                try isVisible(row, to: query)
            else { return Problem.notFound("operation").reply(to: query) }
            return try reply(id, row, outcomeOf: joinedOperation(row).map { rows[$0] ?? row } ?? row)
        }
    }

    /// To the caller that started it, and to staff, admin and service of the tenant.
    private func isVisible(_ row: Row, to query: Message) throws -> Bool {
        guard try row.text(2) == query.tenant else { return false }
        return try query.actor.isStaff || row.text(3) == query.actor.text
    }

    /// The operation that a change has joined because the same is under way already: its answer was 202 with this location.
    private func joinedOperation(_ row: Row) throws -> Identifier? {
        guard let reply = try row.bytesOrNil(4).map({ try Reply(encoded: $0) }), reply.status == 202 else { return nil }
        return reply.headers["Location"]?.split(separator: "/").last.flatMap { Identifier(String($0)) }
    }

    /// - `other`: The row that tells what became of it.
    private func reply(_ id: Identifier, _ row: Row, outcomeOf other: Row) throws -> Reply {
        let outcome = try other.bytesOrNil(4).map { try Reply(encoded: $0) }
        let type = try row.text(1)
        let createdAt = Timestamp(microseconds: try row.timestamp(5))
        let completedAt = try other.timestampOrNil(6).map { Timestamp(microseconds: $0) }
        let status =
            outcome.map { $0.isSuccess ? "succeeded" : "failed" } ?? (completedAt == nil ? "accepted" : "succeeded")
        let body = JSONWriter.object {
            $0.member("id", id)
            $0.member("type", type)
            $0.member("status", status)
            if let outcome, outcome.isSuccess { $0.member("resource", outcome.headers["Location"]) }
            if let outcome, !outcome.isSuccess { $0.member("problem", raw: outcome.body) }
            $0.member("created_at", createdAt)
            $0.member("completed_at", completedAt)
        }
        return Reply(status: 200, headers: outcome == nil ? ["Retry-After": "1"] : [:], body: body)
    }
}
