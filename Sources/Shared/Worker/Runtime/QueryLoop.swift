import AMQP
import Bus
import Contracts
import Foundation
import Logging
import Postgres

/// Answers reads, on a thread and connections of its own: they never wait behind a backlog of commands. A query that
/// cannot be answered in its time is dropped, for nobody waits for it any more.
final class QueryLoop {
    private let worker: WorkerName
    private let handler: (any QueryHandler)?
    private let inquiries: (any InquiryHandler)?
    private let connections: WorkerConnections
    private let outbound: Outbound
    private let mailbox: Mailbox
    private let logger: Logger
    private let operations = OperationQuery()
    private let runner: InquiryRunner
    private let types: [String]

    private var broker: AMQPConnection?
    private var database: PostgresConnection?
    private var backoff = ReconnectBackoff()

    init(
        _ definition: WorkerDefinition, connections: WorkerConnections, outbound: Outbound,
        mailbox: Mailbox, logger: Logger
    ) {
        worker = definition.name
        handler = definition.queries
        inquiries = definition.inquiries
        types = definition.queryTypes
        runner = InquiryRunner(mailbox: mailbox)
        self.connections = connections
        self.outbound = outbound
        self.mailbox = mailbox
        self.logger = logger
    }

    func run() {
        while !mailbox.isStopping || !runner.isIdle {
            do {
                let (broker, database) = try connect()
                let queries = try take(broker)
                if !queries.isEmpty { outbound.send(try answer(queries, database)) }
                try finishInquiries(database)
            } catch {
                logger.warning("queries interrupted", metadata: ["error": "\(error)"])
                close()
                if mailbox.isStopping { return }
                backoff.failed()
                while !backoff.mayTry, !mailbox.isStopping { mailbox.wake.wait(.milliseconds(50)) }
            }
        }
        close()
    }

    private func close() {
        broker?.close()
        broker = nil
        database?.close()
        database = nil
    }

    private func connect() throws -> (AMQPConnection, PostgresConnection) {
        let database = try self.database ?? connections.openDatabase("query")
        self.database = database
        if let broker { return (broker, database) }
        let broker = try connections.openBroker("query")
        self.broker = broker
        try Topology.declare(
            worker, commands: [], queries: types, publicEvents: [], broker)
        try broker.consume(worker.queryQueue, tag: "queries", noAck: true)
        backoff.succeeded()
        return (broker, database)
    }

    private func take(_ broker: AMQPConnection) throws -> [Message] {
        var queries: [Message] = []
        for event in try broker.receive(wait: .milliseconds(500), wake: mailbox.wake) {
            switch event {
            case .delivery(let delivery):
                queries += (try? Message.read(delivery, defaultTenant: "")) ?? []
            case .consumerCancelled(let tag): throw AMQPError(.channelClosed, "consumer \(tag) was cancelled")
            default: break
            }
        }
        let now = Timestamp.now
        return queries.filter { $0.replyTo != nil && ($0.deadline ?? now) >= now }
    }

    private func answer(_ queries: [Message], _ database: PostgresConnection) throws
        -> [(queue: String, reply: AddressedReply)]
    {
        let outside = inquiries.map { inquiries in queries.filter { inquiries.types.contains($0.type) } } ?? []
        let about = queries.filter { $0.type == OperationQuery.type }
        let own = queries.filter { query in
            query.type != OperationQuery.type && inquiries?.types.contains(query.type) != true
        }
        let read = { (statements: [Statement]) throws -> [Rows] in try database.pipeline(statements) }
        var answered: [(Message, Reply)] = []
        if !about.isEmpty { answered += zip(about, try operations.answer(about, read)) }
        if !own.isEmpty, let handler { answered += zip(own, try handler.answer(own, read)) }
        if !outside.isEmpty, let inquiries {
            answered += zip(outside, try inquiries.begin(outside, read)).compactMap { inquiry, verdict in
                begin(inquiry, verdict).map { (inquiry, $0) }
            }
        }
        return answered.compactMap(Self.address)
    }

    private static func address(_ query: Message, _ reply: Reply) -> (queue: String, reply: AddressedReply)? {
        query.replyTo.map { ($0.queue, AddressedReply(token: $0.token, reply: reply)) }
    }

    // MARK: Inquiries

    /// The answer, when there is one already.
    private func begin(_ inquiry: Message, _ verdict: Inquiry) -> Reply? {
        switch verdict {
        case .known(let reply): return reply
        case .asking(let ask):
            if !mailbox.isStopping, runner.begin(inquiry, ask) { return nil }
            return Problem(.unavailable, "Too much is being asked; try again.", retryAfter: 1).reply(to: inquiry)
        }
    }

    private func finishInquiries(_ database: PostgresConnection) throws {
        var ended = runner.takeEnded()[...]
        while let next = ended.first {
            do {
                let replies = try QueryPlan.answer([next.plan]) { try database.pipeline($0) }
                outbound.send(replies.compactMap { Self.address(next.inquiry, $0) })
            } catch let error as PostgresError where error.meansDatabaseIsAway {
                runner.putBack(ended)
                throw error
            } catch {
                logger.error(
                    "inquiry cannot be answered", metadata: ["type": "\(next.inquiry.type)", "error": "\(error)"])
                let problem = Problem(.internalError, "The answer could not be made.")
                outbound.send([Self.address(next.inquiry, problem.reply(to: next.inquiry))].compactMap { $0 })
            }
            ended.removeFirst()
        }
    }
}
