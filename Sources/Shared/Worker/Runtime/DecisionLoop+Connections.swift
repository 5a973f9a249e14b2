import AMQP
import Bus
import Contracts
import Logging
import Postgres

/// Connects, and takes leave of what was lost.
extension DecisionLoop {
    /// Bundles that may be delivered ahead.
    private static var prefetch: UInt16 { 32 }

    /// The queues that bundles are delivered from, several ahead.
    var sharedQueues: [String] {
        [definition.name.requestQueue, definition.name.commandQueue, definition.name.eventQueue]
    }

    func connectDatabase() {
        guard database == nil, databaseBackoff.mayTry else { return }
        do {
            let connection = try connections.openDatabase("decide")
            connection.whileWaiting = { [weak self] in self?.pump() }
            connection.onceSent = { [weak self] in self?.readAhead() }
            database = connection
            databaseBackoff.succeeded()
            health.database(isAvailable: true)
            logger.info("database connected")
        } catch {
            databaseBackoff.failed()
            health.database(isAvailable: false)
            logger.warning("database away", metadata: ["error": "\(error)"])
        }
    }

    func loseDatabase(_ error: any Error) {
        guard database != nil else { return }
        logger.warning("database lost", metadata: ["error": "\(error)"])
        database?.close()
        database = nil
        databaseBackoff.failed()
        health.database(isAvailable: false)
    }

    func connectBroker() {
        guard broker == nil, !isDraining, brokerBackoff.mayTry else { return }
        do {
            let connection = try connections.openBroker("consume")
            try Topology.declare(
                definition.name, commands: definition.commands,
                queries: definition.queryTypes,
                publicEvents: definition.publicEvents, connection)
            try connection.prefetch(Self.prefetch)
            for queue in sharedQueues { try connection.consume(queue, tag: queue) }
            try connection.prefetch(1)
            try connection.consume(definition.name.soloQueue, tag: definition.name.soloQueue)
            broker = connection
            brokerBackoff.succeeded()
            health.broker(isAvailable: true)
            logger.info("broker connected")
        } catch {
            brokerBackoff.failed()
            health.broker(isAvailable: false)
            logger.warning("broker away", metadata: ["error": "\(error)"])
        }
    }

    func loseBroker(_ error: any Error) {
        logger.warning("broker lost", metadata: ["error": "\(error)"])
        broker?.close()
        broker = nil
        brokerBackoff.failed()
        health.broker(isAvailable: false)
        ledger.reset()
        acknowledgements = AcknowledgementGate()
        backlog.removeAll { $0.delivery != nil }
        waiting.removeAll { $0.delivery != nil }
        unplaced = []
    }
}
