import Contracts
import Testing
import Worker

@testable import PaymentWorker

@Suite("Payment events") struct PaymentEventTests {
    /// Members in the order and with the values of the contract's examples.
    @Test func createdHasItsMembers() throws {
        var scenario = Scenario()
        scenario.open(PaymentRequest(method: .card))
        let event = try #require(scenario.events.first)
        let expected = #"""
            {"tenant_id":"default","payment_id":"\#(scenario.payment.id)","order_id":"\#(scenario.orderID)",\#
            "customer_id":"cust_42","provider":"liqpay","amount":"1295.00","currency":"UAH","method":"card",\#
            "status":"pending","expires_at":"2025-09-15T11:00:30.000Z"}
            """#
        #expect(String(decoding: event.body, as: UTF8.self) == expected)
        #expect(event.subject == scenario.payment.id.description)
        #expect(event.sequence == 1)
        #expect(event.isPublic)
    }

    @Test func completedAndFailedHaveTheirMembers() {
        var scenario = Scenario()
        scenario.open()
        scenario.callback("failure", at: 1)
        scenario.callback("success", at: 2)
        #expect(
            scenario.events[1].members == [
                "tenant_id", "payment_id", "order_id", "customer_id", "provider", "amount", "currency", "status",
                "error_code", "retry_possible",
            ])
        #expect(
            scenario.events[2].members == [
                "tenant_id", "payment_id", "order_id", "customer_id", "provider", "amount", "currency",
                "surplus_amount", "transaction_id", "paid_at",
            ])
    }

    @Test func refundsHaveTheirMembers() {
        var scenario = Scenario()
        scenario.pay()
        let units = [Refund.Units(line: scenario.lines[0], quantity: 1)]
        let request = RefundRequest(
            payment: scenario.payment.id, units: units, includesShipping: true, reason: .return)
        scenario.run(.refund(request), actor: Scenario.staff)
        scenario.settle(.refused(code: "insufficient_balance", message: "Недостатньо коштів"))
        scenario.run(.refund(request), actor: Scenario.staff)
        scenario.settle(.completed(transactionID: "2400000451"))
        let shared = [
            "tenant_id", "refund_id", "payment_id", "order_id", "customer_id", "provider", "amount", "currency",
            "reason", "surplus", "items", "shipping_amount", "payment_status",
        ]
        let failed = scenario.events[2]
        #expect(failed.type == "payment.refund_failed")
        #expect(failed.members == shared + ["error_code", "error_message"])
        #expect(failed.json["payment_status"]?.string == "completed")
        let refunded = scenario.events[3]
        #expect(refunded.type == "payment.refunded")
        #expect(refunded.members == shared + ["refunded_amount", "transaction_id", "completed_at"])
        #expect(refunded.json["payment_status"]?.string == "partially_refunded")
        #expect(refunded.json["refunded_amount"]?.string == "695.00")
        #expect(refunded.json["amount"]?.string == "695.00")
    }

    @Test func countsHowPaymentsEnd() {
        let outcomes = PaymentOutcomes()
        #expect(outcomes.successRate(.liqpay) == nil)
        func note(_ words: [String]) {
            var scenario = Scenario()
            scenario.open()
            for word in words {
                let before = scenario.state
                scenario.callback(word, at: Int64(scenario.events.count))
                if let after = scenario.state { outcomes.note(before, after) }
            }
        }
        note(["processing"])
        #expect(outcomes.successRate(.liqpay) == nil)
        note(["failure"])
        #expect(outcomes.successRate(.liqpay) == 0)
        note(["success", "reversed"])
        #expect(outcomes.successRate(.liqpay) == 50)
        note(["failure", "success"])
        note(["success"])
        #expect(outcomes.successRate(.liqpay) == 75)
    }
}

extension Event {
    /// Names of the body's members, in order.
    var members: [String] {
        guard case .object(let members) = json else { return [] }
        return members.map(\.name)
    }
}
