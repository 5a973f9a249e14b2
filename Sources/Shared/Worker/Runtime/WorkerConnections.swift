import AMQP
import Bus
import Logging
import Postgres

/// How a worker's threads open their connections.
struct WorkerConnections: Sendable {
    let worker: WorkerName
    let broker: AMQPEndpoint
    let database: PostgresEndpoint
    let logger: Logger

    func openBroker(_ purpose: String) throws -> AMQPConnection {
        try AMQPConnection(broker, name: "\(worker.appID) \(purpose)")
    }

    func openDatabase(_ purpose: String) throws -> PostgresConnection {
        let options = PostgresOptions(applicationName: "\(worker.appID) \(purpose)", schema: worker.schema)
        return try PostgresConnection(database, options: options, logger: logger)
    }

    func link(topology: @escaping @Sendable (AMQPConnection) throws -> Void) throws -> AMQPLink {
        var settings = AMQPLink.Settings(endpoint: broker, name: "\(worker.appID) publish", policy: .resend)
        settings.queueLimit = 65_536
        settings.window = 2048  // events of a few batches, so that replies never wait behind them
        return try AMQPLink(settings, logger: logger, topology: topology)
    }
}
