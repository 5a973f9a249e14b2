import Contracts
import Testing

@testable import Gateway

@Suite("Orders without an invoice") struct InvoiceAnswerTests {
    private let refusal = Problem(.invoiceNotIssued, "Not yet.").reply(path: "/x", requestID: "1")

    @Test func unknownOrder() {
        let unknown = Problem.notFound("order").reply(path: "/x", requestID: "1")
        #expect(OrderRoutes.withoutInvoice(refusal, order: unknown) == unknown)
    }

    @Test(
        arguments: [(#"{"status":"pending"}"#, nil), (#"{"confirmed_at":"2025-09-15T10:00:00.000Z"}"#, "1")]
            as [(String, String?)])
    func knownOrder(order: String, retryAfter: String?) {
        let answer = OrderRoutes.withoutInvoice(refusal, order: Reply(status: 200, body: Array(order.utf8)))
        #expect(answer.status == 409)
        #expect(answer.headers["Retry-After"] == retryAfter)
    }
}
