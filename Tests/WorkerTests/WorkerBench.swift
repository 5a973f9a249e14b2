import AMQP
import Bus
import Contracts
import Foundation
import Logging
import Postgres
import ServiceLifecycle
import TestSupport

@testable import Worker

/// Two processes of the test worker over real servers; all suites use them, each with counters of its own.
///
/// They run in the test process: each has its own threads and connections, as two processes have.
actor WorkerBench {
    struct Value: Sendable {
        let requester: Requester
        let sink: EventSink
        let database: PostgresEndpoint
        let broker: AMQPEndpoint
        let calls: CounterCalls
        let inquiries: CounterInquiries
        let services: [ServiceGroup]
    }

    /// The name is one of the fleet's, for queues and schema are named after it.
    static let worker = WorkerName.promo
    static let tenant = "tests"

    private static let shared = WorkerBench()
    private var task: Task<Value, any Error>?

    static func start() async throws -> Value { try await shared.value() }

    private func value() async throws -> Value {
        let task = task ?? Task { try await Self.make() }
        self.task = task
        return try await task.value
    }

    private static func make() async throws -> Value {
        let url = try await SharedBroker.url()
        let broker = try AMQPEndpoint(url: url)
        let database = try await onThread {
            let database = try TestDatabase.fresh()
            let connection = try PostgresConnection(database, options: .migration())
            defer { connection.close() }
            try connection.simple("CREATE SCHEMA \(worker.schema)")
            _ = try WorkerMigration(schema: worker.schema, migrations: [CounterHandler.migration]).run(on: database)
            return database
        }
        let calls = CounterCalls()
        let sink = try await EventSink.start(url: url)
        let inquiries = CounterInquiries()
        let services = (0..<2).map { _ in group(broker, database, calls, inquiries) }
        for service in services { Task { try await service.run() } }
        let requester = try Requester(endpoint: broker, name: "tests", logger: quiet)
        Task { await requester.expireOverdue() }
        let value = Value(
            requester: requester, sink: sink, database: database, broker: broker, calls: calls, inquiries: inquiries,
            services: services)
        guard
            try await eventually(
                within: .seconds(30), { requester.state == .connected ? await value.isConsumedTwice : false })
        else {
            throw TestSupportError("the test worker does not consume")
        }
        return value
    }

    static var quiet: Logger {
        var logger = Logger(label: "tests")
        logger.logLevel = .critical
        return logger
    }

    static func group(
        _ broker: AMQPEndpoint, _ database: PostgresEndpoint, _ calls: CounterCalls,
        _ inquiries: CounterInquiries = CounterInquiries()
    ) -> ServiceGroup {
        let definition = WorkerDefinition(
            worker, commands: ["counter.*"], handler: CounterHandler(), effects: calls, inquiries: inquiries)
        let process = WorkerProcess(
            definition, broker: broker, database: database, health: WorkerHealth { _, _ in }, logger: quiet)
        return ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: process)], logger: quiet))
    }
}

extension WorkerBench.Value {
    fileprivate var isConsumedTwice: Bool {
        get async {
            (try? await onThread {
                let connection = try AMQPConnection(broker, name: "tests look")
                defer { connection.close() }
                return try connection.counts(ofQueue: WorkerBench.worker.commandQueue).consumers >= 2
            }) ?? false
        }
    }

    func message(
        _ type: String, _ counter: String, _ body: String = "{}", id: Identifier = .new(),
        repeats: Message.Repeat = [], attempt: Int = 0
    ) -> Message {
        Message(
            id: id, type: type, tenant: WorkerBench.tenant, actor: Actor(.staff, id: "tester"),
            body: Array(body.utf8), requestID: "r-\(id)", path: "/counters/\(counter)", repeats: repeats,
            subject: counter, attempt: attempt)
    }

    func ask(_ message: Message, wait: Duration = .seconds(10)) async -> Reply? {
        guard case .reply(let reply) = await requester.command(message, wait: wait) else { return nil }
        return reply
    }

    /// Publishes messages as they are, each bundle confirmed.
    func publish(_ messages: [AMQPMessage]) async throws {
        let link = try AMQPLink(
            AMQPLink.Settings(endpoint: broker, name: "tests publish", policy: .resend), logger: WorkerBench.quiet,
            topology: { _ in }, replies: nil)
        let outcomes = await link.publish(messages)
        await link.close(drain: .seconds(5))
        guard outcomes.allSatisfy({ $0 == .confirmed }) else { throw TestSupportError("\(outcomes)") }
    }

    /// Runs one statement in the worker's schema.
    func query<Result: Sendable>(
        _ sql: String, _ parameters: [PostgresValue] = [], _ read: @escaping @Sendable (Rows) throws -> Result
    ) async throws -> Result {
        let options = PostgresOptions(applicationName: "tests", schema: WorkerBench.worker.schema)
        return try await onThread {
            let connection = try PostgresConnection(database, options: options)
            defer { connection.close() }
            return try read(try connection.run(Statement(sql, parameters)))
        }
    }

    /// Value of a counter; nil when there is none.
    func value(of counter: String) async throws -> Int64? {
        try await query("SELECT value FROM counters WHERE name = $1", [.text(counter)]) { try $0.first?.int64(0) }
    }

    /// Sequences of a counter's events as another service has seen them, repetitions left out.
    func seen(_ counter: String) -> [Int64] {
        var known: Set<String> = []
        return sink.entries(tenant: WorkerBench.tenant)
            .filter { $0.subject == counter && known.insert($0.messageID).inserted }.map(\.sequence)
    }

    /// Sequences in the log.
    func logged(_ counter: String) async throws -> [Int64] {
        try await query("SELECT sequence FROM events WHERE subject = $1 ORDER BY position", [.text(counter)]) { rows in
            try rows.map { try $0.int64(0) }
        }
    }

    static func name() -> String { "c\(UInt64.random(in: .min ... .max))" }
}
