import Contracts
import Postgres

/// Answers reads for which another service has to be asked: a carrier's price, a label that nobody has fetched before.
///
/// They come over the queue of the queries. What is stored is read on the query thread, for a whole batch in one go; no
/// thread waits for the network. Who asks elsewhere runs as a task of its own, and what came of it is kept and
/// answered on the query thread.
public protocol InquiryHandler: Sendable {
    /// The query types, for instance `shipment.label`.
    var types: [String] { get }

    /// Gives one verdict for each inquiry, in order. `read` runs statements in one round trip, outside a transaction.
    func begin(_ inquiries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Inquiry]
}

/// What an ``InquiryHandler`` says of one question.
public enum Inquiry: Sendable {
    case known(Reply)
    /// Another service is asked, for a few seconds at most. The plan keeps what is to be kept and makes the reply; it runs
    /// also when nobody waits any more.
    case asking(@Sendable () async -> QueryPlan)
}
