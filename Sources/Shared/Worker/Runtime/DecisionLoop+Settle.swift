import AMQP
import Bus
import Contracts
import CoreMetrics
import Logging

/// What becomes of messages once their batch is committed.
extension DecisionLoop {
    /// After the commit: acknowledge, then tell.
    func settle(_ batch: [Pending], _ result: BatchResult<H>) {
        for (index, work) in result.aside.sorted(by: { $0.key < $1.key }) {
            var pending = batch[index]
            pending.work = work
            waiting.append(pending)
        }
        for (pending, verdict) in zip(batch, result.verdicts) {
            guard let delivery = pending.delivery else { continue }
            switch verdict {
            case .settled: ledger.settle(delivery)
            case .wait: break
            case .retry(let reason, _): retry(pending, delivery, reason: reason)
            case .park(let reason): park(pending, delivery, reason: reason)
            case .forward(let message):
                guard let bundle = Message.commandBundles([message]).first else { continue }
                outbound.replace(pending.message, of: delivery, by: bundle)
            }
        }
        acknowledge()
        if result.outboxBatch != nil {
            Failpoint.hit("after-ack") {
                acknowledge(isDue: true)
                try? broker?.flush()
            }
        }
        outbound.send(result.replies)
        if let batch = result.outboxBatch {
            if result.mustWait {
                nextTick = min(nextTick, ContinuousClock.now + .milliseconds(50))
            } else {
                outbound.publish(result.events, result.sends, batch: batch)
            }
        }
        executor?.begin(result.leased)
        outbound.publishGathered()
        if result.outboxBatch != nil { Failpoint.hit("after-publish") { outbound.publishGathered(isDue: true) } }
    }

    func retry(_ pending: Pending, _ delivery: DeliveryID, reason: String) {
        guard let step = RetryLadder.step(for: pending.message) else { return park(pending, delivery, reason: reason) }
        metrics.retries.increment()
        let copy = pending.message.retryCopy(at: step, backTo: pending.queue, reason: reason)
        outbound.replace(pending.message, of: delivery, by: copy)
    }

    func park(_ pending: Pending, _ delivery: DeliveryID, reason: String) {
        metrics.parked.increment()
        logger.error(
            "message parked",
            metadata: [
                "message_id": "\(pending.message.id)", "type": "\(pending.message.type)", "reason": "\(reason)",
                "request_id": "\(pending.message.requestID)",
            ])
        let copy = pending.message.parkedCopy(in: definition.name.parkedQueue, from: pending.queue, reason: reason)
        outbound.replace(pending.message, of: delivery, by: copy)
        let problem = Problem(.internalError, "The request could not be handled; it is kept for inspection.")
        if let address = pending.message.replyTo {
            let reply = AddressedReply(token: address.token, reply: problem.reply(to: pending.message))
            outbound.send([(address.queue, reply)])
        }
    }

    func measure(_ batch: [Pending], since started: ContinuousClock.Instant) {
        metrics.batchSize.record(batch.count)
        metrics.batchTime.recordNanoseconds((ContinuousClock.now - started).wholeNanoseconds)
        metrics.messages.increment(by: batch.count)
        for pending in batch where pending.message.replyTo != nil { metrics.measure(pending.message) }
        if let oldest = batch.first?.message.sentAt {
            metrics.queueWait.recordNanoseconds(Timestamp.now.since(oldest).wholeNanoseconds)
        }
    }
}
