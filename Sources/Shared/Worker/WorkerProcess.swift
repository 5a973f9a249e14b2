import AMQP
import Bus
import Contracts
import Foundation
import Logging
import Postgres
import ServiceLifecycle

/// One running worker: its threads, from start to drained stop.
///
/// Threads: decisions, queries, publishing. Effects run as Swift tasks. Two processes of one worker share its queues.
public final class WorkerProcess: ServiceLifecycle.Service {
    private let definition: WorkerDefinition
    private let connections: WorkerConnections
    private let health: WorkerHealth
    private let logger: Logger

    public init(
        _ definition: WorkerDefinition, broker: AMQPEndpoint, database: PostgresEndpoint, health: WorkerHealth,
        logger: Logger
    ) {
        self.definition = definition
        self.health = health
        self.logger = logger
        connections = WorkerConnections(worker: definition.name, broker: broker, database: database, logger: logger)
    }

    /// Runs until graceful shutdown, then takes nothing new, finishes what it has, publishes and returns.
    public func run() async throws {
        let definition = definition
        let decisions = try Mailbox()
        let queries = try Mailbox()
        let link = try connections.link { connection in
            try Topology.declare(
                definition.name, commands: definition.commands,
                queries: definition.queryTypes,
                publicEvents: definition.publicEvents, connection)
        }
        let outbound = Outbound(link: link, worker: definition.name, mailbox: decisions)
        definition.recall?.attach { decisions.post(.recall) }
        let executor = definition.effects.map { EffectExecutor($0, mailbox: decisions) }
        await withTaskGroup(of: Void.self) { [connections, health, logger] group in
            group.addTask {
                await Self.thread("\(definition.name.rawValue) decide") {
                    definition.decide(
                        DecisionParts(
                            definition: definition, connections: connections, mailbox: decisions, outbound: outbound,
                            executor: executor, health: health,
                            metrics: WorkerMetrics(worker: definition.name.rawValue), logger: logger))
                }
            }
            group.addTask {
                await Self.thread("\(definition.name.rawValue) query") {
                    QueryLoop(
                        definition, connections: connections, outbound: outbound, mailbox: queries, logger: logger
                    ).run()
                }
            }
            group.addTask {
                try? await gracefulShutdown()
                decisions.stop()
                queries.stop()
            }
            await group.waitForAll()
        }
        await link.close(drain: .seconds(5))
    }

    /// Runs blocking work on a thread of its own, never on Swift's pool.
    private static func thread(_ name: String, _ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let thread = Thread {
                body()
                continuation.resume()
            }
            thread.name = name
            thread.start()
        }
    }
}
