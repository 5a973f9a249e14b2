import Contracts
import Worker

extension PaymentDecider {
    func evolve(_ state: OrderPayments?, _ change: PaymentChange, _ context: DecisionContext) -> OrderPayments {
        var state = state ?? OrderPayments()
        switch change {
        case .orderNoted(let order): state.order = order
        case .orderRefundStarted, .orderRefundRefused: break
        case .callbackKept(let record): state.callbacks.append(record)
        case .created(var payment):
            payment.version = 1
            state.payments.append(payment)
        case .voided(let id):
            state.change(id, at: context.now) { $0.status = .cancelled }
        case .flagged(let id):
            state.change(id, at: context.now) { $0.needsReview = true }
        case .asked(let id, let wasHeard):
            state.change(id, at: context.now) { payment in
                payment.checks += 1
                if wasHeard { payment.checkedAt = context.now }
            }
        case .lost(let id):
            state.change(id, at: context.now) { payment in
                payment.status = .unknown
                payment.unknownSince = context.now
                payment.checks += 1
            }
        case .moved(let id, let status, let report):
            state.change(id, at: context.now) { payment in
                payment.take(report, at: context.now)
                payment.status = status
            }
        case .completed(let id, let surplus, let report):
            state.change(id, at: context.now) { payment in
                payment.take(report, at: context.now)
                payment.status = .completed
                payment.surplus = surplus
                payment.paidAt = context.now
                payment.errorCode = nil
                payment.errorMessage = nil
            }
        case .failed(let id, let failure):
            state.change(id, at: context.now) { payment in
                if let report = failure.report { payment.take(report, at: context.now) }
                payment.status = failure.status
                payment.unknownSince = nil
                payment.errorCode = failure.code
                payment.errorMessage = failure.message
                if failure.status == .failed { payment.isFailureTold = true }
            }
        case .refundRequested(let id, let refund):
            state.change(id, at: context.now) { $0.refunds.append(refund) }
        case .refundCompleted(let id, let refund, let transactionID):
            state.change(refund, of: id, at: context.now) { refund in
                refund.status = .completed
                refund.transactionID = transactionID
                refund.completedAt = context.now
            }
        case .refundFailed(let id, let refund, let code, let message):
            state.change(refund, of: id, at: context.now) { refund in
                refund.status = .failed
                refund.errorCode = code
                refund.errorMessage = message
            }
        case .refundPending(let id, let refund, let isUnknown):
            state.change(refund, of: id, at: context.now) { refund in
                refund.status = isUnknown ? .unknown : .pending
                if !isUnknown { refund.isAccepted = true }
                refund.checks += 1
            }
        }
        return state
    }
}

extension OrderPayments {
    fileprivate mutating func change(_ id: Identifier, at now: Timestamp, _ change: (inout Payment) -> Void) {
        update(id) { payment in
            change(&payment)
            payment.version += 1
            payment.updatedAt = now
            payment.advanceRefunds()
        }
    }

    fileprivate mutating func change(
        _ refundID: Identifier, of id: Identifier, at now: Timestamp, _ change: (inout Refund) -> Void
    ) {
        self.change(id, at: now) { payment in
            guard let index = payment.refunds.firstIndex(where: { $0.id == refundID }) else { return }
            change(&payment.refunds[index])
            payment.refunds[index].askedBy = nil
            payment.status = payment.statusOfRefunds
        }
    }
}

extension Payment {
    /// Takes over what a report says beside the status.
    fileprivate mutating func take(_ report: ProviderReport, at now: Timestamp) {
        if report.isAfter(standing, at: standingTime) {
            standing = report.standing
            standingTime = report.providerTime
            providerStatus = report.word
            checks = 0
        }
        transactionID = report.transactionID ?? transactionID
        checkedAt = now
        unknownSince = nil
    }

    /// Status of a payment that was taken, from completed refunds and not from the provider's word.
    fileprivate var statusOfRefunds: PaymentStatus {
        refunded.isZero ? .completed : refunded < amount ? .partiallyRefunded : .refunded
    }

    /// The next refund in line is handed over when none is at the provider.
    fileprivate mutating func advanceRefunds() {
        guard !refunds.contains(where: { $0.isSent && $0.status.isOpen }),
            let next = refunds.firstIndex(where: { $0.status.isOpen })
        else { return }
        refunds[next].isSent = true
    }
}
