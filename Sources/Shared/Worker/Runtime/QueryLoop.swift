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
    private let connections: WorkerConnections
    private let outbound: Outbound
    private let mailbox: Mailbox
    private let logger: Logger
    private let operations = OperationQuery()

    private var broker: AMQPConnection?
    private var database: PostgresConnection?
    private var backoff = ReconnectBackoff()

    init(
        worker: WorkerName, handler: (any QueryHandler)?, connections: WorkerConnections, outbound: Outbound,
        mailbox: Mailbox, logger: Logger
    ) {
        self.worker = worker
        self.handler = handler
        self.connections = connections
        self.outbound = outbound
        self.mailbox = mailbox
        self.logger = logger
    }

    func run() {
        while !mailbox.isStopping {
            do {
                let (broker, database) = try connect()
                let queries = try take(broker)
                guard !queries.isEmpty else { continue }
                outbound.send(try answer(queries, database))
            } catch {
                logger.warning("queries interrupted", metadata: ["error": "\(error)"])
                broker?.close()
                broker = nil
                database?.close()
                database = nil
                backoff.failed()
                while !backoff.mayTry, !mailbox.isStopping { mailbox.wake.wait(.milliseconds(50)) }
            }
        }
        broker?.close()
        database?.close()
    }

    private func connect() throws -> (AMQPConnection, PostgresConnection) {
        let database = try self.database ?? connections.openDatabase("query")
        self.database = database
        if let broker { return (broker, database) }
        let broker = try connections.openBroker("query")
        self.broker = broker
        try Topology.declare(
            worker, commands: [], queries: (handler?.types ?? []) + [OperationQuery.type], fleetEvents: [],
            publicEvents: [], broker)
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
        let own = queries.filter { $0.type != OperationQuery.type }
        let about = queries.filter { $0.type == OperationQuery.type }
        let read = { (statements: [Statement]) throws -> [Rows] in try database.pipeline(statements) }
        var answered: [(Message, Reply)] = []
        if !about.isEmpty { answered += zip(about, try operations.answer(about, read)) }
        if !own.isEmpty, let handler { answered += zip(own, try handler.answer(own, read)) }
        return answered.compactMap { query, reply in
            query.replyTo.map { ($0.queue, AddressedReply(token: $0.token, reply: reply)) }
        }
    }
}
