import Contracts
import Testing
import Worker

@testable import PaymentWorker

/// Callbacks come late, twice and in any order: what a lifecycle ends in must not depend on it.
@Suite("Permutations") struct PermutationTests {
    struct Word: Sendable {
        let word: String
        let time: Int64
        var refunded: Int64?
    }

    static let lifecycles: [[Word]] = [
        [
            Word(word: "3ds_verify", time: 1), Word(word: "try_again", time: 2), Word(word: "processing", time: 3),
            Word(word: "success", time: 4), Word(word: "reversed", time: 5, refunded: 60_000),
            Word(word: "reversed", time: 6, refunded: 129_500),
        ],
        [
            Word(word: "3ds_verify", time: 1), Word(word: "processing", time: 2), Word(word: "failure", time: 3),
            Word(word: "otp_verify", time: 4), Word(word: "failure", time: 5),
        ],
        // A provider that tells no times: rank alone decides.
        [
            Word(word: "prepared", time: 0), Word(word: "3ds_verify", time: 0), Word(word: "processing", time: 0),
            Word(word: "failure", time: 0),
        ],
        [
            Word(word: "prepared", time: 0), Word(word: "processing", time: 0), Word(word: "failure", time: 0),
            Word(word: "success", time: 0),
        ],
        [Word(word: "hold_wait", time: 1), Word(word: "processing", time: 2), Word(word: "success", time: 3)],
    ]

    struct Outcome: Equatable {
        let status: PaymentStatus
        let word: String?
        let refunded: Money
        let refundable: Money
        let needsReview: Bool
        let error: String?
        let completions: Int
        let refundedByEvents: Int64
        let balance: [String: Int64]
    }

    @Test(arguments: lifecycles.indices)
    func endInTheSameState(index: Int) {
        let lifecycle = Self.lifecycles[index]
        var outcomes: [Outcome] = []
        for order in permutations(Array(lifecycle.indices)) {
            outcomes.append(outcome(of: order.map { lifecycle[$0] }))
            // Every callback twice: at once, and all again at the end.
            outcomes.append(outcome(of: order.flatMap { [lifecycle[$0], lifecycle[$0]] }))
            outcomes.append(outcome(of: (order + order).map { lifecycle[$0] }))
        }
        let first = outcome(of: lifecycle)
        #expect(outcomes.allSatisfy { $0 == first }, "\(outcomes.first { $0 != first } as Any) is not \(first)")
    }

    @Test func endAsTheProviderSays() {
        let outcomes = Self.lifecycles.map { outcome(of: $0) }
        #expect(outcomes.map(\.status) == [.refunded, .failed, .failed, .completed, .completed])
        #expect(outcomes.map(\.completions) == [1, 0, 0, 1, 1])
        #expect(outcomes[0].refundedByEvents == 129_500)
    }

    /// Two pages of one order are both paid, while the order is cancelled at any moment: whatever comes first, what is
    /// kept is the order's total or nothing.
    @Test(arguments: [false, true])
    func keepNoMoneyTwice(isCancelled: Bool) {
        let steps = ["a", "b", "a", "b"] + (isCancelled ? ["cancel"] : [])
        for order in permutations(Array(steps.indices)) {
            var scenario = Scenario()
            scenario.open(PaymentRequest(amount: Money(minor: 100_000, .uah)))
            scenario.open()
            let pages = scenario.payments
            for step in order.map({ steps[$0] }) {
                if step == "cancel" {
                    scenario.run(.orderChanged(scenario.order(version: 9, status: .cancelled)))
                } else {
                    scenario.callback("success", at: 1, of: pages[step == "a" ? 0 : 1])
                }
                scenario.settleAll()
            }
            let kept = scenario.payments.reduce(Int64(0)) { $0 + $1.amount.minor - $1.refunded.minor }
            #expect(scenario.payments.allSatisfy { $0.isTaken })
            #expect(kept == (isCancelled ? 0 : 129_500), "\(order)")
            #expect(scenario.events.filter { $0.type == "payment.completed" }.count == 2)
        }
    }

    /// Random histories keep the invariants of money and of versions.
    @Test(arguments: 0..<200)
    func keepInvariants(seed: UInt64) {
        var random = SplitMix(state: seed)
        var scenario = Scenario()
        scenario.open()
        let words = ["prepared", "3ds_verify", "processing", "try_again", "failure", "success", "reversed"]
        for step in 0..<40 {
            scenario.now = scenario.now.adding(.seconds(Int64(random.next() % 900)))
            switch random.next() % 8 {
            case 0: scenario.open(PaymentRequest(amount: Money(minor: Int64(random.next() % 129_500) + 1, .uah)))
            case 1:
                scenario.settle(
                    [
                        .completed(transactionID: nil), .unknown, .accepted,
                        .refused(code: "declined", message: nil),
                    ][Int(random.next() % 4)])
            case 2:
                scenario.run(
                    .refund(RefundRequest(payment: scenario.payment.id, amount: .string("\(random.next() % 1500).00"))),
                    actor: Scenario.staff)
            case 3 where random.next() % 8 == 0:
                scenario.run(.orderChanged(scenario.order(version: Int64(step), status: .cancelled)))
            case 4: scenario.answer(random.next() % 2 == 0 ? nil : scenario.report("processing", source: .query))
            default:
                let payment = scenario.payments[Int(random.next() % UInt64(scenario.payments.count))]
                let word = words[Int(random.next() % UInt64(words.count))]
                scenario.callback(
                    word, at: Int64(random.next() % 5), refunded: word == "reversed" ? payment.amount.minor : nil,
                    of: payment)
            }
            scenario.checkInvariants()
        }
    }

    private func outcome(of words: [Word]) -> Outcome {
        var scenario = Scenario()
        scenario.open()
        for word in words { scenario.callback(word.word, at: word.time, refunded: word.refunded) }
        let payment = scenario.payment
        let state = scenario.state ?? OrderPayments()
        var balance: [String: Int64] = [:]
        for entry in Posting.made(from: nil, to: state).flatMap(\.entries) {
            balance[entry.account.hasPrefix("order:") ? "order" : entry.account, default: 0] += entry.amount
        }
        return Outcome(
            status: payment.status, word: payment.providerStatus, refunded: payment.refunded,
            refundable: payment.refundable, needsReview: payment.needsReview, error: payment.errorCode,
            completions: scenario.events.filter { $0.type == "payment.completed" }.count,
            refundedByEvents: scenario.events.filter { $0.type == "payment.refunded" }
                .reduce(0) { $0 + ((try? $1.json.money("amount", .uah).minor) ?? 0) },
            balance: balance)
    }

    private func permutations(_ items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index in
            var rest = items
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }
}

extension Scenario {
    /// The provider answers every question with the truth (all pages were paid) and makes every refund.
    fileprivate mutating func settleAll() {
        while !effects.isEmpty {
            let effect = effects.removeFirst()
            guard let subject = PaymentSubject(effect.subject), let payment = state?.payment(subject.payment) else {
                continue
            }
            if let refund = subject.refund {
                run(.refundAnswered(payment: payment.id, refund: refund, .completed(transactionID: nil)))
            } else {
                answer(report("success", at: 1, of: payment, source: .query), of: payment)
            }
        }
    }

    fileprivate func checkInvariants() {
        for payment in payments {
            let reserved = payment.refunds.filter { $0.status != .failed }.reduce(Int64(0)) { $0 + $1.amount.minor }
            #expect(reserved <= (payment.isTaken ? payment.amount.minor : 0))
            #expect(payment.refunds.filter { $0.isSent && $0.status.isOpen }.count <= 1)
            #expect(payment.isTaken == [.completed, .partiallyRefunded, .refunded].contains(payment.status))
            let told = events.filter { $0.subject == payment.id.description }
            #expect(told.map(\.sequence) == Array(Set(told.map(\.sequence))).sorted())
            #expect(told.filter { $0.type == "payment.completed" }.count == (payment.isTaken ? 1 : 0))
        }
        // A declined page may be used again beside a newer one.
        #expect(payments.filter { $0.status == .pending && !$0.isFailureTold }.count <= 1)
        if let state, let order = state.order, order.status != .cancelled {
            #expect(state.paid(.uah) <= order.total)
        }
        let balance = state.map { Posting.made(from: nil, to: $0) } ?? []
        #expect(balance.allSatisfy { $0.entries.reduce(0) { $0 + $1.amount } == 0 })
    }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
