import Contracts
import Foundation
import Testing
import Worker

@testable import OrderWorker

/// PUT status and cancel: every pair of statuses for every role, as rules.md section 4 has them.
@Suite struct StatusTests {
    /// One line of `transitions.jsonl`: what each role is told. `changed` and `unchanged` are 200, `later` is an answer
    /// that is put off, the others are codes of problems.
    struct Row: Sendable, CustomTestStringConvertible {
        let json: JSON
        var isPut: Bool { json["by"]?.string == "put" }
        var from: OrderStatus { json["from"]?.string.flatMap { OrderStatus(rawValue: $0) } ?? .pending }
        var to: OrderStatus { json["to"]?.string.flatMap { OrderStatus(rawValue: $0) } ?? .pending }
        var testDescription: String { "\(json["by"]?.string ?? "?") \(from) \(to)" }

        static var all: [Row] {
            guard
                let url = Bundle.module.url(
                    forResource: "transitions", withExtension: "jsonl", subdirectory: "Fixtures"),
                let text = try? String(contentsOf: url, encoding: .utf8)
            else { return [] }
            return text.split(separator: "\n").compactMap { line in
                (try? JSONParser.parse(String(line))).map { Row(json: $0) }
            }
        }
    }

    @Test func theTableIsWhole() { #expect(Row.all.count == 7 * 7 + 7) }

    @Test(arguments: Row.all, [Actor.Kind.customer, .staff, .admin, .service])
    func table(row: Row, kind: Actor.Kind) throws {
        let order = Sample.order(in: row.from)
        let actor = Actor(kind, id: kind == .customer ? Sample.customer : "someone")
        let command: OrderCommand = row.isPut ? .setStatus(row.to, reason: "Because.") : .cancel(reason: nil)
        let (after, decision) = OrderRules.test.run(command, .order(order), Sample.context(by: actor))
        let expected = row.json[kind.rawValue]?.string
        switch decision.answer {
        case .resource(let status):
            #expect(status == 200)
            #expect(expected == (decision.changes.isEmpty ? "unchanged" : "changed"))
            if expected == "changed" { #expect(after?.order?.status == row.to) }
            if expected == "unchanged" { #expect(after == .order(order)) }
        case .later: #expect(expected == "later")
        case .refusal(let problem):
            #expect(expected == problem.code.rawValue, "\(problem)")
            #expect(decision.changes.isEmpty)
            if problem.code == .invalidTransition {
                #expect(problem.current == row.from.rawValue)
                #expect(
                    problem.allowed == OrderTransitions.allowed(for: actor, order).map(\.rawValue))
            }
        default: Issue.record("no answer: \(decision.answer)")
        }
    }

    /// `allowed_transitions` promises exactly what PUT and cancel then do.
    @Test(arguments: OrderStatus.allCases, [Actor.Kind.customer, .staff, .admin, .service])
    func whatIsAllowedIsDone(status: OrderStatus, kind: Actor.Kind) {
        let order = Sample.order(in: status)
        let actor = Actor(kind, id: kind == .customer ? Sample.customer : "someone")
        let allowed = OrderTransitions.allowed(for: actor, order)
        for target in OrderStatus.allCases where target != status {
            let put = OrderRules.test.decide(.setStatus(target, reason: "x"), .order(order), Sample.context(by: actor))
            let cancel = OrderRules.test.decide(.cancel(reason: nil), .order(order), Sample.context(by: actor))
            let isDone = !put.changes.isEmpty || (target == .cancelled && !cancel.changes.isEmpty)
            #expect(isDone == allowed.contains(target), "\(status) to \(target)")
        }
    }

    @Test func strangersSeeNothing() {
        let order = Sample.order(in: .pending)
        for actor in [Actor(.customer, id: "someone"), .anonymous] {
            for command in [OrderCommand.setStatus(.cancelled, reason: nil), .cancel(reason: nil)] {
                let decision = OrderRules.test.decide(command, .order(order), Sample.context(by: actor))
                #expect(decision.answer == .refusal(.notFound("order")))
            }
        }
        var message = Sample.message(actor: Actor(.admin, id: "a"))
        message.tenant = "another"
        let decision = OrderRules.test.decide(.cancel(reason: nil), .order(order), Sample.context(message))
        #expect(decision.answer == .refusal(.notFound("order")))
    }

    @Test(arguments: [("\"1\"", true), ("\"7\", \"1\"", true), ("*", true), ("\"2\"", false), ("1", false)])
    func preconditions(header: String, fits: Bool) {
        let order = Sample.order(in: .pending)
        for command in [OrderCommand.setStatus(.cancelled, reason: nil), .cancel(reason: nil)] {
            let context = Sample.context(by: Actor(.staff, id: "s"), parameters: ["if-match": header])
            let decision = OrderRules.test.decide(command, .order(order), context)
            if fits {
                #expect(decision.answer == .resource(status: 200))
            } else {
                #expect(
                    decision.answer
                        == .refusal(Problem(.versionMismatch, "The order is at version 1.", current: "1")))
            }
        }
    }

    @Test func confirmationNeedsAReason() {
        let order = Sample.order(in: .pending)
        let decision = OrderRules.test.decide(
            .setStatus(.confirmed, reason: nil), .order(order), Sample.context(by: Actor(.admin, id: "a")))
        guard case .refusal(let problem) = decision.answer else {
            Issue.record("not refused")
            return
        }
        #expect(problem.code == .reasonRequired)
        #expect(problem.errors.map(\.pointer) == ["/reason"])
    }

    /// Own delivery: every open unit counts as handed over, and the order's end is a person's word.
    @Test func ownDelivery() {
        let order = Sample.order(in: .confirmed)
        let staff = Sample.context(by: Actor(.staff, id: "s"))
        let rules = OrderRules.test
        let shipped = rules.run(.setStatus(.shipped, reason: nil), .order(order), staff).state
        #expect(shipped?.order?.lines.map(\.shippedQuantity) == order.lines.map(\.quantity))
        #expect(shipped?.order?.fulfilmentStatus == .shipped)
        #expect(shipped?.order?.openUnits.values.allSatisfy { $0 == 0 } == true)
        let delivered = rules.run(.setStatus(.delivered, reason: nil), shipped, staff).state
        #expect(delivered?.order?.status == .delivered)
        #expect(delivered?.order?.deliveredAt == Sample.now)
        #expect(delivered?.order?.fulfilmentStatus == .delivered)
    }

    /// Some units on a waybill, the rest by hand: the order is whole, and no unit counts twice when a waybill comes late.
    @Test func ownDeliveryOfTheRest() {
        let order = Sample.order(in: .confirmed)
        let rules = OrderRules.test
        let staff = Sample.context(by: Actor(.staff, id: "s"))
        let part = rules.run(Sample.shipment(order, .created, units: 1), .order(order)).state
        let shipped = rules.run(.setStatus(.shipped, reason: nil), part, staff).state
        #expect(shipped?.order?.handShipped == [order.lines[0].id: 1])
        #expect(shipped?.order?.lines.map(\.shippedQuantity) == [2])
        let late = rules.run(Sample.shipment(order, .created, units: 1, id: 2), shipped).state
        #expect(late?.order?.lines.map(\.shippedQuantity) == [2])
    }

    // MARK: PUT refunded

    private static let admin = Sample.context(by: Actor(.admin, id: "a"))

    @Test(arguments: [OrderStatus.confirmed, .processing, .shipped, .delivered, .cancelled])
    func refundedIsAnsweredWhenTheMoneyIsBack(status: OrderStatus) {
        let order = Sample.order(in: status)
        let rules = OrderRules.test
        let (asked, decision) = rules.run(.setStatus(.refunded, reason: "Goodwill"), .order(order), Self.admin)
        #expect(asked?.order?.status == status)
        #expect(decision.sends.map(\.type) == ["payment.refund_order"])
        let (after, settled) = rules.run(Sample.refunded(order.total), asked)
        #expect(after?.order?.status == .refunded)
        #expect(after?.order?.refundAsker == nil)
        #expect(settled.resolutions.map(\.0) == [Self.admin.message.id])
        #expect(settled.resolutions.map(\.1) == [.resource(status: 200)])
    }

    @Test func refundedWithNothingTaken() {
        var order = Sample.order(in: .confirmed)
        order.amountPaid = .zero(.uah)
        let decision = OrderRules.test.decide(.setStatus(.refunded, reason: nil), .order(order), Self.admin)
        guard case .refusal(let problem) = decision.answer else {
            Issue.record("not refused")
            return
        }
        #expect(problem.code == .nothingToRefund)
    }

    @Test func askingAgainShowsTheSameOperation() {
        let order = Sample.order(in: .delivered)
        let rules = OrderRules.test
        let asked = rules.run(.setStatus(.refunded, reason: nil), .order(order), Self.admin).state
        let second = Sample.context(by: Actor(.admin, id: "b"))
        let (state, decision) = rules.run(.setStatus(.refunded, reason: nil), asked, second)
        guard case .reply(let reply) = decision.answer else {
            Issue.record("no reply")
            return
        }
        #expect(reply.status == 202)
        #expect(reply.headers["Location"] == "/api/v1/operations/\(Self.admin.message.id)")
        #expect(state == asked)
        #expect(decision.sends.count == 1, "what has become refundable since is refunded")
    }

    @Test func aRefundThatFailsIsTold() throws {
        let order = Sample.order(in: .cancelled)
        let rules = OrderRules.test
        let asked = rules.run(.setStatus(.refunded, reason: nil), .order(order), Self.admin).state
        let news = PaymentNews(
            id: .new(at: Sample.now),
            kind: .refundFailed(.init(amount: order.total, isSurplus: false), reason: "insufficient_balance"),
            event: Sample.event("payment.refund_failed"))
        let (after, decision) = rules.run(.payment(news), asked)
        #expect(after?.order?.status == .cancelled)
        #expect(after?.order?.paymentStatus == .paid)
        #expect(after?.order?.refundAsker == nil)
        guard case .refusal(let problem)? = decision.resolutions.first?.1 else {
            Issue.record("not told")
            return
        }
        #expect(problem.code == .conflict)
        // Staff try again.
        let again = rules.decide(.setStatus(.refunded, reason: nil), after, Self.admin)
        #expect(again.answer == .later)
    }

    @Test func anUnclearRefundIsTold() {
        let order = Sample.order(in: .delivered)
        let rules = OrderRules.test
        let asked = rules.run(.setStatus(.refunded, reason: nil), .order(order), Self.admin).state
        let (after, decision) = rules.run(.refundRefused(.refundOutcomeUnknown, "Not known yet."), asked)
        #expect(after?.order?.refundAsker == nil)
        #expect(
            decision.resolutions.map(\.1)
                == [.refusal(Problem(.refundOutcomeUnknown, "Not known yet.", current: "delivered"))])
    }
}
