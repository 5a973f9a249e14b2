import Contracts
import CurlHTTP
import Postgres
import Testing
import Worker

@testable import PaymentWorker

@Suite("Messages to the payment worker") struct IntakeTests {
    private let scenario = Scenario()

    private func message(
        _ type: String, _ body: [UInt8] = [], _ parameters: [String: String] = [:], subject: String = ""
    ) -> Message {
        Message(id: .new(), type: type, tenant: "default", body: body, parameters: parameters, subject: subject)
    }

    private func opening(_ request: String) -> Message {
        message("payment.open", Array(#"{"request":\#(request),"order":\#(Self.order)}"#.utf8))
    }

    private static let order = #"""
        {"id":"01994cd1-2900-73ee-b7e9-6e59ce40f9cb","tenant_id":"default","customer_id":"cust_42","reference":"WEB-2025-10482",
        "status":"pending","version":1,"total":"1295.00","currency":"UAH","payment_method":"liqpay","tax_mode":"exclusive",
        "shipping_cost":"95.00","shipping_tax":"19.00",
        "items":[{"id":"01994cd1-2901-70de-85cf-24f12763c4f4","quantity":2,"total":"1200.00"}]}
        """#

    private func faults(_ request: String, hosts: Set<String> = []) throws -> [String] {
        let handler = Scenario(returnHosts: hosts).handler
        guard case .refusal(let problem) = try handler.intake(opening(request)) else { return [] }
        #expect(problem.code == .validationFailed)
        return problem.errors.map { "\($0.pointer ?? "") \($0.code)" }
    }

    @Test func readsAnOpening() throws {
        let request = #"""
            {"order_id":"01994cd1-2900-73ee-b7e9-6e59ce40f9cb","provider":"monobank","amount":1295,"currency":"UAH",
            "method":"apple_pay","return_url":"https://store.com/order-complete","language":"en","unknown":1}
            """#
        guard case .command(let key, .open(let read, let order)) = try scenario.handler.intake(opening(request)) else {
            Issue.record("no command")
            return
        }
        #expect(key == Identifier("01994cd1-2900-73ee-b7e9-6e59ce40f9cb"))
        #expect(
            read
                == PaymentRequest(
                    provider: .mono, amount: Money(minor: 129_500, .uah), currency: .uah, method: .applePay,
                    returnURL: "https://store.com/order-complete", language: "en"))
        #expect(order.shipping == Money(minor: 11_400, .uah))
        #expect(order.lines.map(\.total.minor) == [120_000])
    }

    @Test func tellsAllFaultsAtOnce() throws {
        let request = #"""
            {"order_id":"x","provider":"paypal","amount":"0.00","currency":"UAH","method":"cash","installments":1,
            "return_url":"http://store.com","language":"de"}
            """#
        #expect(
            try faults(request) == [
                "/order_id invalid_format", "/provider unknown_value", "/amount too_small", "/method unknown_value",
                "/installments too_small", "/return_url invalid_format", "/language unknown_value",
            ])
        #expect(try faults("{}") == ["/order_id required"])
        #expect(try faults("[]") == [" invalid_type", "/order_id required"])
    }

    @Test(arguments: [
        ("https://store.com/a?b=c", true), ("http://localhost:3000/paid", true), ("http://store.com", false),
        ("https://", false), ("javascript:alert(1)", false), ("https://store.com@evil.com/", false),
        ("https://store.com\\@evil.com", false), ("https://магазин.укр/", false), ("https://store.com:x/", false),
    ])
    func checksReturnAddresses(url: String, isGood: Bool) { #expect((WebAddress.host(of: url) != nil) == isGood) }

    @Test func knowsTheHostsOfTheShop() throws {
        let id = #""order_id":"01994cd1-2900-73ee-b7e9-6e59ce40f9cb""#
        #expect(try faults(#"{\#(id),"return_url":"https://store.com/"}"#, hosts: ["store.com"]) == [])
        #expect(
            try faults(#"{\#(id),"return_url":"https://evil.com/"}"#, hosts: ["store.com"]) == [
                "/return_url not_allowed"
            ])
    }

    // MARK: Callbacks

    private func callback(_ payment: Identifier, status: String = "success") -> [UInt8] {
        let json = #"""
            {"order_id":"\#(payment)","status":"\#(status)","amount":1295,"currency":"UAH","payment_id":1,
            "public_key":"sandbox_i00000000000"}
            """#
        let signed = LiqPayRequests(account: Fixture.account()).signed(Array(json.utf8))
        let form: FormFields = ["data": signed.data, "signature": signed.signature]
        return Array(form.encoded.utf8)
    }

    @Test(arguments: [["provider": "liqpay"], [:]])
    func readsACallback(parameters: [String: String]) throws {
        let payment = Identifier.new()
        let read = try scenario.handler.intake(message("payment.webhook", callback(payment), parameters))
        guard case .command(payment, .callback(payment, let report, _)) = read else {
            Issue.record("\(read)")
            return
        }
        #expect(report.standing == .paid)
        #expect(report.amount == Money(minor: 129_500, .uah))
    }

    @Test func refusesCallbacks() throws {
        func code(_ body: [UInt8], _ parameters: [String: String]) throws -> ProblemCode? {
            guard
                case .refusal(let problem) = try scenario.handler.intake(
                    message("payment.webhook", body, parameters))
            else { return nil }
            return problem.code
        }
        let body = callback(.new())
        #expect(try code(Array("{}".utf8), [:]) == .unknownProvider)
        #expect(try code(body, ["provider": "stripe"]) == .unknownProvider)
        #expect(try code(body.dropLast(), ["provider": "liqpay"]) == .invalidSignature)
        #expect(try code(Array("{}".utf8), ["provider": "liqpay"]) == .invalidSignature)
    }

    @Test func keepsSignedCallbacksThatNameNothingOfOurs() throws {
        let body = Array(try Fixture.text("liqpay_callback.form").utf8)
        let read = try scenario.handler.intake(message("payment.webhook", body, [:]))
        guard case .command(_, .strayCallback(let record)) = read else {
            Issue.record("\(read)")
            return
        }
        #expect(record.reference == "ord_1001")
        var scenario = scenario
        let decision = scenario.run(.strayCallback(record))
        #expect(decision.answer == .reply(.callbackStored))
        #expect(scenario.state?.callbacks.map(\.verdict) == [.unmatched])
        #expect(scenario.state?.order == nil)
    }

    // MARK: What comes back

    @Test func readsTimersAndResults() throws {
        let order = Identifier.new()
        let payment = Identifier.new()
        let refund = Identifier.new()
        let subject = "\(order)/\(payment)"
        func command(_ message: Message) throws -> PaymentCommand? {
            guard case .command(order, let command) = try scenario.handler.intake(message) else { return nil }
            return command
        }
        #expect(try command(message("timer.payment_check", subject: subject)) == .checkDue(payment: payment))
        #expect(
            try command(message("timer.refund_check", subject: "\(subject)/\(refund)"))
                == .refundCheckDue(payment: payment, refund: refund))
        #expect(
            try command(message("effect.liqpay.status", CallOutcome.silent.jsonBytes, subject: subject))
                == .checked(payment: payment, nil))
        let answers: [RefundAnswer] = [
            .completed(transactionID: "1"), .accepted, .unknown, .refused(code: "declined", message: "ні"),
        ]
        for answer in answers {
            let body = CallOutcome.refund(answer).jsonBytes
            #expect(
                try command(message("effect.liqpay.refund", body, subject: "\(subject)/\(refund)"))
                    == .refundAnswered(payment: payment, refund: refund, answer))
        }
        let said = CallOutcome.said(try JSONParser.parse(#"{"status":"processing","order_id":"\#(payment)"}"#))
            .jsonBytes
        guard
            case .checked(payment, let report?) = try command(
                message("effect.liqpay.status", said, subject: subject))
        else {
            Issue.record("no report")
            return
        }
        #expect(report.standing == .pending)
        #expect(report.source == .query)
        #expect(throws: StoredFormatError.self) {
            try scenario.handler.intake(message("timer.payment_check", subject: "x"))
        }
    }

    @Test func readsRefunds() throws {
        let payment = Identifier.new()
        func read(_ body: String) throws -> (RefundRequest?, [String]) {
            switch try scenario.handler.intake(
                message("payment.refund", Array(body.utf8), ["id": payment.description, "if-match": "\"2\""]))
            {
            case .command(_, .refund(let request)): (request, [])
            case .refusal(let problem): (nil, problem.errors.map { "\($0.pointer ?? "") \($0.code)" })
            default: (nil, [])
            }
        }
        #expect(try read("").0 == RefundRequest(payment: payment, expectedVersions: "\"2\""))
        let line = Identifier.new()
        let items = #"[{"order_item_id":"\#(line)","quantity":2}]"#
        #expect(try read(#"{"items":\#(items),"include_shipping":true}"#).0?.units == [.init(line: line, quantity: 2)])
        #expect(try read(#"{"items":\#(items),"amount":"1.00"}"#).1 == ["/items not_allowed"])
        #expect(try read(#"{"reason":"late_payment"}"#).1 == ["/reason unknown_value"])
        #expect(try read(#"{"items":[]}"#).1 == ["/items too_few_items"])
    }
}
