import Contracts
import Worker

extension PaymentDraft {
    /// `payment.webhook`, verified and found: takes in what it says and keeps it.
    mutating func receive(_ report: ProviderReport, of id: Identifier, _ record: CallbackRecord) {
        var record = record
        record.paymentID = id
        record.verdict = hear(report, of: id)
        apply(.callbackKept(record))
        decision.answer = .reply(.callbackStored)
    }

    /// Takes in what the provider says of a payment. Reports may come late, twice and in any order: the same set of
    /// them ends in the same state.
    private mutating func hear(_ report: ProviderReport, of id: Identifier) -> CallbackRecord.Verdict {
        guard let payment = state.payment(id) else { return .unmatched }
        guard fits(report, payment) else {
            if !payment.needsReview { apply(.flagged(id)) }
            return .review
        }
        let changes = decision.changes.count
        switch report.standing {
        case .paid:
            if !payment.isTaken {
                let isGivenUp = payment.status == .cancelled || payment.status == .expired
                if isGivenUp, report.source == .callback {
                    ask(id)
                    return .questioned
                }
                book(report, of: payment)
            } else if report.isAfter(payment.standing, at: payment.standingTime) {
                apply(.moved(id, to: payment.status, report))
            }
            noteRefunds(report, of: id)
        case .created, .requiresAction: move(payment, to: .pending, report)
        case .pending: move(payment, to: .processing, report)
        case .authorized: move(payment, to: .authorized, report)
        case .declined: fail(payment, .failed, report)
        case .expired: fail(payment, .expired, report)
        case .cancelled: fail(payment, .cancelled, report)
        }
        return decision.changes.count > changes ? .applied : .unchanged
    }

    /// Whether a report speaks of this payment: of us, of its id, of its amount and currency. Money is believed only
    /// with an amount.
    private func fits(_ report: ProviderReport, _ payment: Payment) -> Bool {
        guard report.isOurs, report.reference == payment.id.description else { return false }
        guard let amount = report.amount else { return report.standing.tier == 0 }
        return amount == payment.amount
    }

    /// Whether the report may change a payment that is not paid: it is news, or the answer to what was unknown.
    private func isNews(_ report: ProviderReport, _ payment: Payment) -> Bool {
        switch payment.status {
        case .pending, .processing, .authorized, .failed:
            report.isAfter(payment.standing, at: payment.standingTime)
        case .unknown:
            report.source == .query || report.isAfter(payment.standing, at: payment.standingTime)
        case .completed, .partiallyRefunded, .refunded, .cancelled, .expired: false
        }
    }

    private mutating func move(_ payment: Payment, to status: PaymentStatus, _ report: ProviderReport) {
        guard isNews(report, payment) else { return }
        apply(.moved(payment.id, to: status, report))
    }

    private mutating func fail(_ payment: Payment, _ status: PaymentStatus, _ report: ProviderReport) {
        guard isNews(report, payment) else { return }
        apply(
            .failed(
                payment.id,
                .init(
                    status: status, code: report.errorCode ?? status.defaultErrorCode, message: report.errorMessage,
                    isTold: status != .failed || !payment.isFailureTold, report: report)))
    }

    /// Money was taken. What is not due goes back by itself.
    private mutating func book(_ report: ProviderReport, of payment: Payment) {
        guard let order = state.order else { return }
        let none = Money.zero(order.currency)
        let balance = state.balance(of: order)
        let isLate = !order.isPayable && balance > none
        let surplus = isLate || payment.amount <= balance ? none : payment.amount - balance
        apply(.completed(payment.id, surplus: surplus, report))
        clearCheck(of: payment)
        if isLate {
            giveBack(payment.amount, of: payment.id, reason: .latePayment)
        } else if surplus > none {
            giveBack(
                surplus, of: payment.id, reason: surplus == payment.amount ? .duplicatePayment : .overpayment,
                isSurplus: true)
        }
        guard state.balance(of: order) <= none else { return }
        for other in state.payments where other.status == .pending { apply(.voided(other.id)) }
    }

    /// Compares what the provider says went back with what we know of: our open refunds are claimed first, what is
    /// left was made in the provider's cabinet.
    private mutating func noteRefunds(_ report: ProviderReport, of id: Identifier) {
        guard let back = report.refunded, let payment = state.payment(id), back > payment.refunded else { return }
        for refund in payment.refunds where refund.status.isOpen {
            guard let now = state.payment(id), now.refunded + refund.amount <= back else { break }
            complete(refund, of: id, transactionID: nil)
        }
        guard let settled = state.payment(id), back > settled.refunded else { return }
        let rest = back - settled.refunded
        guard rest <= settled.refundable else {
            if !settled.needsReview { apply(.flagged(id)) }
            return
        }
        let refund = Refund(
            id: context.newID(), amount: rest, reason: .external, isSurplus: false, isSent: true, createdBy: .system,
            createdAt: context.now)
        apply(.refundRequested(id, refund))
        complete(refund, of: id, transactionID: nil)
    }

    /// What follows from the answer to a question about a payment; nil is no usable answer.
    mutating func close(_ id: Identifier, _ report: ProviderReport?) {
        guard let payment = state.payment(id), !payment.isTaken else { return }
        if let report, hear(report, of: id) == .review { return }
        guard let now = state.payment(id), !now.isTaken else { return }
        let isOpen = now.isPageOpen(at: context.now)
        if report == nil, !isOpen, now.status == .pending || now.status == .processing {
            apply(.lost(id))
        } else if report != nil, !isOpen, now.status == .pending {
            apply(
                .failed(
                    id,
                    .init(
                        status: .expired, code: PaymentStatus.expired.defaultErrorCode, message: nil, isTold: true,
                        report: nil)))
        } else if now == payment {
            apply(.asked(id, wasHeard: report != nil))
        }
        scheduleCheck(id, wasHeard: report != nil)
    }

    /// When to ask again, if at all: never about what the provider called ended, once more when the page closes, and
    /// without end about what is unknown.
    private mutating func scheduleCheck(_ id: Identifier, wasHeard: Bool) {
        guard let payment = state.payment(id) else { return }
        let isOpen = payment.isPageOpen(at: context.now)
        let isSettled = wasHeard && !payment.status.isOpen && !isOpen
        guard !isSettled else { return }
        let again = context.now.adding(PaymentDecider.checkDelay(after: max(0, payment.checks - 1)))
        if wasHeard, isOpen {
            setCheck(of: payment, at: payment.expiresAt)
        } else {
            setCheck(of: payment, at: isOpen ? min(again, payment.expiresAt) : again)
        }
    }
}

extension PaymentStatus {
    /// Why a payment ended when the provider gives no reason.
    var defaultErrorCode: String {
        switch self {
        case .expired: "expired"
        case .cancelled: "cancelled"
        default: "declined"
        }
    }
}
