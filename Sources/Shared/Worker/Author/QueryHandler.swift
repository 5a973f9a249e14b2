import Contracts
import Postgres

/// Answers reads. Queries come in batches over a queue of their own, so they never wait behind commands.
public protocol QueryHandler: Sendable {
    /// The query types this worker answers, for instance `order.get`.
    var types: [String] { get }

    /// Gives one reply for each query, in order. `read` runs statements in one round trip, outside a transaction.
    func answer(_ queries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Reply]
}
