import Contracts
import CoreMetrics
import Synchronization

/// How payments end in this process, as metrics: `oms_payment_success_rate` is the percentage of those with money among
/// those that ended since the start.
final class PaymentOutcomes: Sendable {
    private struct Tally {
        var completed = 0
        var ended = 0
    }

    private let tallies = Mutex<[PaymentProvider: Tally]>([:])

    /// Counts what ended between two states of an aggregate. A declined payment that is paid after all counts once, as
    /// paid.
    func note(_ before: OrderPayments?, _ after: OrderPayments) {
        for payment in after.payments {
            let earlier = before?.payment(payment.id)
            let hadEnded = earlier.map { $0.isTaken || $0.hasFailed } ?? false
            let isPaidNow = payment.isTaken && earlier?.isTaken != true
            let endedNow = !hadEnded && (payment.isTaken || payment.hasFailed)
            guard isPaidNow || endedNow else { continue }
            record(payment.provider, isPaid: isPaidNow, isNew: endedNow)
        }
    }

    func rejectedCallback(_ provider: PaymentProvider) {
        Counter(label: "oms_callbacks_rejected_total", dimensions: [("provider", provider.rawValue)]).increment()
    }

    /// Percent; nil before any payment ended.
    func successRate(_ provider: PaymentProvider) -> Double? {
        tallies.withLock { tallies in
            tallies[provider].map { 100 * Double($0.completed) / Double($0.ended) }
        }
    }

    private func record(_ provider: PaymentProvider, isPaid: Bool, isNew: Bool) {
        tallies.withLock { tallies in
            tallies[provider, default: Tally()].completed += isPaid ? 1 : 0
            tallies[provider, default: Tally()].ended += isNew ? 1 : 0
        }
        guard let rate = successRate(provider) else { return }
        Gauge(label: "oms_payment_success_rate", dimensions: [("provider", provider.rawValue)]).record(rate)
    }
}

extension Payment {
    fileprivate var hasFailed: Bool {
        isFailureTold || status == .expired || (status == .cancelled && errorCode != nil)
    }
}
