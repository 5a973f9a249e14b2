import AMQP
import Bus
import Contracts
import CoreMetrics
import Foundation
import Logging
import Postgres

/// The heart of a worker, on a thread of its own: takes what has arrived, decides it as one batch, and settles it.
/// It never waits for more messages: the work on one batch is what lets the next one gather.
///
/// While the database is away it keeps its messages and its heartbeats, takes no more than the prefetch, and spends no
/// attempt. While the broker is away it keeps trying; what was delivered and not acknowledged comes again.
final class DecisionLoop<H: Handler> {
    struct Pending {
        let message: Message
        /// nil for timers and results of effects.
        let delivery: DeliveryID?
        let queue: String
        /// What it was read as, of one that has waited or came while the database was at work.
        var work: Work<H.Key, H.Rules.Command>?
    }

    /// One try at a batch.
    private struct Attempt {
        let batch: [Pending]
        let overrides: [Identifier: Problem]
        /// How many tries before this one met a conflict.
        let conflicts: Int
        /// Outbox rows that are deleted with it.
        let confirmed: [Int64]
        let started = ContinuousClock.now
    }

    let handler: H
    let definition: WorkerDefinition
    let connections: WorkerConnections
    private let mailbox: Mailbox
    let outbound: Outbound
    let executor: EffectExecutor?
    let health: WorkerHealth
    let metrics: WorkerMetrics
    let logger: Logger
    private let processor: BatchProcessor<H>
    private let owner = Identifier.new()

    var broker: AMQPConnection?
    var database: PostgresConnection?
    var brokerBackoff = ReconnectBackoff()
    var databaseBackoff = ReconnectBackoff()
    var ledger = DeliveryLedger()
    var acknowledgements = AcknowledgementGate()
    var backlog: [Pending] = []
    /// Messages whose copy could not be placed; tried again at the next tick.
    var unplaced: [Pending] = []
    /// Messages that the handler has put aside until what it asked for has come.
    var waiting: [Pending] = []
    /// A batch whose commit is awaited.
    private var sent: (attempt: Attempt, underWay: BatchUnderWay<H>)?
    private var confirmed: [Int64] = []
    private var postponed: [(Identifier, Int, Timestamp)] = []
    private var nextForgetting = ContinuousClock.now
    var nextTick = ContinuousClock.now
    var isDraining = false

    /// Most messages decided in one transaction.
    private static var batchLimit: Int { 512 }
    /// Batches delete confirmed outbox rows no more often: it costs a look at the whole outbox.
    private static var forgettingInterval: Duration { .milliseconds(100) }
    private static var tick: Duration { .seconds(1) }

    init(_ handler: H, _ parts: DecisionParts) {
        self.handler = handler
        definition = parts.definition
        connections = parts.connections
        mailbox = parts.mailbox
        outbound = parts.outbound
        executor = parts.executor
        health = parts.health
        metrics = parts.metrics
        logger = parts.logger
        processor = BatchProcessor(handler: handler, owner: owner)
    }

    /// Runs until the mailbox says stop and everything taken is settled.
    func run() {
        while true {
            if mailbox.isStopping, !isDraining { beginDraining() }
            if isDraining, isDrained() { break }
            connectDatabase()
            connectBroker()
            takeIn(waitingFor: backlog.isEmpty || database == nil ? longestWait : .zero)
            readMailbox()
            if database != nil {
                decideBacklog()
                if ContinuousClock.now >= nextTick { doHousekeeping() }
            }
            acknowledge()
            outbound.publishGathered(isDue: isDraining)
        }
        acknowledge(isDue: true)
        forgetConfirmed()
        broker?.close()
        database?.close()
    }

    // MARK: Taking messages

    /// Called while a statement runs long: the broker must not think that we are dead.
    func pump() {
        guard let broker else { return }
        do {
            try handle(broker.receive(wait: .zero))
        } catch {
            loseBroker(error)
        }
    }

    /// Takes in and reads what has arrived meanwhile, so that the next batch is ready when the database has done with this
    /// one. What is no command is read again in its turn.
    func readAhead() {
        let known = backlog.count
        pump()
        for index in backlog.indices.dropFirst(known) {
            guard case .command(let key, let command)? = try? handler.intake(backlog[index].message) else {
                continue
            }
            backlog[index].work = Work(message: backlog[index].message, key: key, command: command)
        }
    }

    private var isIdle: Bool { backlog.isEmpty && sent == nil }

    private var longestWait: Duration {
        let tick = max(.zero, nextTick - ContinuousClock.now)
        return min(
            tick, acknowledgements.timeLeft ?? tick, outbound.timeLeft ?? tick, isDraining ? .milliseconds(50) : tick)
    }

    private func takeIn(waitingFor limit: Duration) {
        guard let broker else {
            mailbox.wake.wait(min(limit, .milliseconds(100)))
            return
        }
        do {
            let answer = sent == nil ? nil : database?.socket
            try handle(broker.receive(wait: min(limit, .seconds(1)), wake: mailbox.wake, other: answer))
        } catch {
            loseBroker(error)
        }
    }

    private func handle(_ events: [AMQPEvent]) throws {
        for event in events {
            switch event {
            case .delivery(let delivery): take(delivery)
            case .consumerCancelled(let tag): throw AMQPError(.channelClosed, "consumer \(tag) was cancelled")
            case .confirmed, .rejected, .returned, .blocked, .unblocked: break
            }
        }
    }

    private func take(_ delivery: AMQPDelivery) {
        let isRequest = delivery.consumerTag == definition.name.requestQueue
        // What becomes of a request that is not answered at once, becomes of it as of a command.
        let queue = isRequest ? definition.name.commandQueue : delivery.consumerTag
        let messages: [Message]
        do {
            messages = try Message.read(delivery, defaultTenant: definition.defaultTenant)
        } catch {
            park(unreadable: delivery, queue)
            return
        }
        let id = ledger.add(delivery.deliveryTag, messages: messages.count)
        if delivery.redelivered { metrics.repeats.increment(by: messages.count) }
        let isSuspect = delivery.deliveryCount >= 3 && queue != definition.name.soloQueue
        for message in messages {
            if isRequest, delivery.redelivered, let command = Message.commandBundles([message]).first {
                // The process that had it may have died of it: commands are counted, requests are not.
                outbound.replace(message, of: id, by: command)
            } else if isSuspect {
                outbound.replace(message, of: id, by: message.soloCopy(in: definition.name.soloQueue, from: queue))
            } else {
                backlog.append(Pending(message: message, delivery: id, queue: queue))
            }
        }
    }

    private func park(unreadable delivery: AMQPDelivery, _ queue: String) {
        metrics.parked.increment()
        logger.error("unreadable message parked", metadata: ["queue": "\(queue)"])
        let id = ledger.add(delivery.deliveryTag, messages: 1)
        let message = Message(
            id: Identifier.new(), type: Message.unreadable, tenant: definition.defaultTenant, body: delivery.body)
        outbound.replace(
            message, of: id,
            by: message.parkedCopy(in: definition.name.parkedQueue, from: queue, reason: "no readable bundle"))
    }

    private func readMailbox() {
        for note in mailbox.takeAll() {
            switch note {
            case .decide(let message): backlog.append(Pending(message: message, delivery: nil, queue: ""))
            case .postpone(let id, let attempt, let until): postponed.append((id, attempt, until))
            case .recall:
                settleSent()  // what it asked for may have come
                recallWaiting()
            case .confirmed(let batch): confirmed.append(batch)
            case .settled(let delivery): ledger.settle(delivery)
            case .unsettled(let delivery, let message):
                guard delivery.epoch == ledger.epoch else { continue }
                unplaced.append(Pending(message: message, delivery: delivery, queue: definition.name.commandQueue))
            }
        }
    }

    private func recallWaiting() {
        backlog.insert(contentsOf: waiting, at: 0)
        waiting = []
    }

    /// `isDue`: whatever may be acknowledged, even if it is little.
    func acknowledge(isDue: Bool = false) {
        guard let broker else { return }
        acknowledgements.add(ledger.takeAcknowledgeable())
        do {
            if let tag = acknowledgements.take(isDue: isDue || isDraining) { try broker.ack(tag, multiple: true) }
            for tag in ledger.takeHeldBack() { try broker.ack(tag) }
        } catch {
            loseBroker(error)
        }
    }

    // MARK: Deciding

    private func decideBacklog() {
        if let sent, broker == nil || sent.underWay.isReady { settleSent() }
        guard !backlog.isEmpty else { return }
        let batch = Array(backlog.prefix(Self.batchLimit))
        backlog.removeFirst(batch.count)
        decide(batch)
    }

    /// Decides a batch, while the database commits the one before it if it can.
    private func decide(_ batch: [Pending], overrides: [Identifier: Problem] = [:], conflicts: Int = 0) {
        guard let database else { return putBack(batch) }
        let forgotten = nextForgetting <= .now ? confirmed : []
        let attempt = Attempt(batch: batch, overrides: overrides, conflicts: conflicts, confirmed: forgotten)
        if !forgotten.isEmpty {
            confirmed = []
            nextForgetting = .now + Self.forgettingInterval
        }
        do {
            let underWay = try processor.begin(
                batch.map { $0.message }, aside: aside(batch), overrides: overrides, on: database,
                effectCapacity: isDraining ? 0 : executor?.capacity ?? 0, confirmed: attempt.confirmed,
                refused: outbound.batchesRefused, assumesNew: conflicts == 0, earlier: settleSent)
            settleSent()
            sent = (attempt, underWay)
            if underWay.isCommitted || self.database == nil { settleSent() }
        } catch {
            settleSent()
            recover(attempt, from: error)
        }
    }

    /// Settles what has been sent to the database, once it is committed.
    private func settleSent() {
        while let (attempt, underWay) = sent {
            sent = nil
            do {
                let result = try underWay.finish()
                metrics.statements.increment(by: underWay.statements)
                measure(attempt.batch, since: attempt.started)
                settle(attempt.batch, result)
            } catch {
                recover(attempt, from: error)
            }
        }
    }

    /// Nothing of a batch is stored. One with a fault is halved until the message at fault stands alone.
    private func recover(_ attempt: Attempt, from error: any Error) {
        confirmed = attempt.confirmed + confirmed
        let (batch, overrides) = (attempt.batch, attempt.overrides)
        let fault = error as? PostgresError
        let isConflict = error is StaleAggregate || fault?.isConflict == true
        if let fault, fault.meansDatabaseIsAway {
            loseDatabase(fault)
            putBack(batch)
        } else if isConflict, attempt.conflicts < 3 {
            Thread.sleep(forTimeInterval: Double.random(in: 0.001...0.01) * Double(attempt.conflicts + 1))
            decide(batch, overrides: overrides, conflicts: attempt.conflicts + 1)
        } else if batch.count > 1 {
            let middle = batch.count / 2
            decide(Array(batch[..<middle]), overrides: overrides)
            decide(Array(batch[middle...]), overrides: overrides)
        } else if let only = batch.first {
            failed(only, error, isConflict: isConflict, overrides: overrides)
        }
    }

    /// Messages of a broker's connection that is gone come again by themselves.
    private func putBack(_ batch: [Pending]) {
        backlog.insert(contentsOf: batch.filter { $0.delivery == nil || $0.delivery?.epoch == ledger.epoch }, at: 0)
    }

    private func aside(_ batch: [Pending]) -> [Int: Work<H.Key, H.Rules.Command>] {
        var aside: [Int: Work<H.Key, H.Rules.Command>] = [:]
        for (index, pending) in batch.enumerated() where pending.work != nil { aside[index] = pending.work }
        return aside
    }

    /// One message that cannot be decided alone either.
    private func failed(_ pending: Pending, _ error: any Error, isConflict: Bool, overrides: [Identifier: Problem]) {
        let message = pending.message
        if overrides.isEmpty, let constraint = (error as? PostgresError)?.constraint,
            let problem = refusal(for: message, constraint)
        {
            return decide([pending], overrides: [message.id: problem])
        }
        logger.error(
            "message cannot be decided",
            metadata: ["message_id": "\(message.id)", "type": "\(message.type)", "error": "\(error)"])
        guard let delivery = pending.delivery else { return }
        if isConflict {
            retry(pending, delivery, reason: "\(error)")
        } else {
            park(pending, delivery, reason: "\(error)")
        }
    }

    private func refusal(for message: Message, _ constraint: String) -> Problem? {
        guard case .command(let key, let command)? = try? handler.intake(message) else { return nil }
        return handler.refusal(
            forConstraint: constraint, Work(message: message, key: key, command: command))
    }

    // MARK: Housekeeping

    private func doHousekeeping() {
        nextTick = ContinuousClock.now + Self.tick
        settleSent()
        recallWaiting()
        backlog += unplaced
        unplaced = []
        guard let database else { return }
        do {
            try Housekeeping(
                handler: handler, owner: owner, outbound: outbound, executor: executor, metrics: metrics
            )
            .run(on: database, confirmed: confirmed, postponed: postponed, isDraining: isDraining) { message in
                backlog.append(Pending(message: message, delivery: nil, queue: ""))
            }
            confirmed = []
            postponed = []
        } catch {
            try? database.rollBackIfNeeded()
            if (error as? PostgresError)?.meansDatabaseIsAway == true {
                loseDatabase(error)
            } else {
                logger.error("housekeeping failed", metadata: ["error": "\(error)"])
            }
        }
    }

    // MARK: Draining

    private func beginDraining() {
        isDraining = true
        for queue in sharedQueues + [definition.name.soloQueue] {
            do { try broker?.cancel(queue) } catch { loseBroker(error) }
        }
        if broker != nil { takeIn(waitingFor: .zero) }  // what was under way while the consumers were cancelled
        logger.info("draining", metadata: ["backlog": "\(backlog.count)"])
    }

    private func isDrained() -> Bool {
        // In this order: a call that ends meanwhile has left its result in the mailbox, or is running still.
        guard executor?.isIdle != false else { return false }
        readMailbox()
        return isIdle && waiting.isEmpty && (ledger.isEmpty || broker == nil) && outbound.batchesInFlight.isEmpty
    }

    private func forgetConfirmed() {
        readMailbox()
        guard let database, !confirmed.isEmpty || !postponed.isEmpty else { return }
        var statements: [Statement] = []
        if !confirmed.isEmpty { statements.append(RuntimeStatements.confirmed(confirmed)) }
        if !postponed.isEmpty { statements.append(RuntimeStatements.postpone(postponed)) }
        _ = try? database.pipeline(statements)
    }
}

extension Duration {
    /// Whole nanoseconds, cut off; what swift-metrics records.
    var wholeNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
