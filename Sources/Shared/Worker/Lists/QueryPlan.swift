import Contracts
import Postgres

/// Statements of one query, and how their rows become the reply.
public struct QueryPlan: Sendable {
    public let statements: [Statement]
    private let makeReply: @Sendable ([Rows]) throws -> Reply

    /// `reply` gets the rows of each statement, in order.
    public init(_ statements: [Statement], reply: @escaping @Sendable ([Rows]) throws -> Reply) {
        self.statements = statements
        makeReply = reply
    }

    /// A query that needs no database: it cannot be answered, or the answer is known.
    public static func known(_ reply: Reply) -> QueryPlan { QueryPlan([]) { _ in reply } }

    public static func refused(_ problem: Problem, _ query: Message) -> QueryPlan { .known(problem.reply(to: query)) }

    /// Answers all plans of a batch in one round trip, in order.
    public static func answer(_ plans: [QueryPlan], _ read: ([Statement]) throws -> [Rows]) throws -> [Reply] {
        let statements = plans.flatMap(\.statements)
        return try answer(plans, from: statements.isEmpty ? [] : read(statements))
    }

    /// The same from the rows of all their statements.
    public static func answer(_ plans: [QueryPlan], from rows: [Rows]) throws -> [Reply] {
        var rest = rows[...]
        return try plans.map { plan in
            defer { rest = rest.dropFirst(plan.statements.count) }
            return try plan.makeReply(Array(rest.prefix(plan.statements.count)))
        }
    }
}
