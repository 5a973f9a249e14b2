import AMQP

/// Declares what the fleet needs of the broker. Every process declares what it uses when it connects; declaring is
/// idempotent, and arguments that differ from what exists end the connection (406), which is a configuration fault.
///
/// Safety (queue type, dead-letter target and strategy, overflow, delivery limit, retry delay) stands in arguments;
/// sizes are left to policies.
public enum Topology {
    /// All exchanges, and the retry ladder. Enough for a process that only publishes.
    public static func declareExchanges(_ connection: AMQPConnection) throws {
        for exchange in [FleetExchange.commands, FleetExchange.requests, FleetExchange.queries, FleetExchange.fleet] {
            try connection.declareExchange(exchange, .topic)
        }
        try connection.declareExchange(FleetExchange.unrouted, .fanout)
        try connection.declareQueue(
            FleetExchange.unrouted,
            arguments: [
                "x-queue-type": .string("quorum"), "x-max-length": .int64(1_000_000),
                "x-overflow": .string("drop-head"),
                "x-message-ttl": .int64(7 * 86_400_000),
            ])
        try connection.bind(queue: FleetExchange.unrouted, exchange: FleetExchange.unrouted, routingKey: "")
        try connection.declareExchange(
            FleetExchange.events, .topic, arguments: ["alternate-exchange": .string(FleetExchange.unrouted)])
        for step in RetryStep.allCases { try declare(step, connection) }
    }

    private static func declare(_ step: RetryStep, _ connection: AMQPConnection) throws {
        try connection.declareExchange(step.exchange, .fanout)
        try connection.declareQueue(
            step.exchange,
            arguments: [
                "x-queue-type": .string("quorum"), "x-message-ttl": .int64(step.delay.components.seconds * 1000),
                "x-dead-letter-exchange": .string(""), "x-dead-letter-strategy": .string("at-least-once"),
                "x-overflow": .string("reject-publish"),
            ])
        try connection.bind(queue: step.exchange, exchange: step.exchange, routingKey: "")
    }

    /// The queues of one worker with their bindings, and the event queues of all.
    ///
    /// - Parameters:
    ///   - worker: Whose queues they are.
    ///   - commands: Types bound from `oms.commands` and `oms.requests`.
    ///   - queries: Types bound from `oms.queries`.
    ///   - publicEvents: Patterns bound from `oms.events`, for what outside services publish.
    ///   - connection: To the broker.
    /// - Throws: ``AMQPError``; 406 when something exists with other arguments.
    public static func declare(
        _ worker: WorkerName, commands: [String], queries: [String], publicEvents: [String],
        _ connection: AMQPConnection
    ) throws {
        try declareExchanges(connection)
        try declareListeners(connection)
        for queue in [worker.parkedQueue, worker.commandQueue, worker.eventQueue, worker.soloQueue] {
            try declareKept(queue, of: worker, connection)
        }
        // Nobody waits longer for an answer.
        for queue in [worker.requestQueue, worker.queryQueue] {
            try connection.declareQueue(queue, arguments: ["x-message-ttl": .int64(10_000)])
        }
        for type in commands {
            try connection.bind(queue: worker.commandQueue, exchange: FleetExchange.commands, routingKey: type)
            try connection.bind(queue: worker.requestQueue, exchange: FleetExchange.requests, routingKey: type)
        }
        for type in queries {
            try connection.bind(queue: worker.queryQueue, exchange: FleetExchange.queries, routingKey: type)
        }
        for pattern in publicEvents {
            try connection.bind(queue: worker.eventQueue, exchange: FleetExchange.events, routingKey: pattern)
        }
    }

    /// The event queues of the whole fleet: whoever tells an event may be the first to come to an empty broker, and what is
    /// told while nobody listens is gone.
    private static func declareListeners(_ connection: AMQPConnection) throws {
        for worker in WorkerName.allCases {
            for queue in [worker.parkedQueue, worker.eventQueue] { try declareKept(queue, of: worker, connection) }
            for type in FleetRoutes.events(for: worker) {
                try connection.bind(queue: worker.eventQueue, exchange: FleetExchange.fleet, routingKey: type)
            }
        }
    }

    /// A queue of a worker that survives the broker, full or not.
    private static func declareKept(_ queue: String, of worker: WorkerName, _ connection: AMQPConnection) throws {
        var arguments: AMQPHeaders = ["x-queue-type": .string("quorum"), "x-overflow": .string("reject-publish")]
        if queue != worker.parkedQueue {
            arguments["x-delivery-limit"] = .int64(queue == worker.soloQueue ? 5 : 20)
            arguments["x-dead-letter-exchange"] = .string("")
            arguments["x-dead-letter-routing-key"] = .string(worker.parkedQueue)
            arguments["x-dead-letter-strategy"] = .string("at-least-once")
        }
        try connection.declareQueue(queue, arguments: arguments)
    }
}
