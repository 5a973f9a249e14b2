import Connectors
import Contracts
import CurlHTTP
import Service
import Synchronization
import Testing
import Worker

@testable import PaymentWorker

/// Answers like LiqPay, from a script, and notes what it was asked.
final class ScriptedLiqPay: HTTPSending {
    enum Step {
        case json(String)
        case http(Int)
        case fails(wasSent: Bool)
    }

    private let steps: Mutex<[Step]>
    private let seen = Mutex<[JSON]>([])

    init(_ steps: [Step]) { self.steps = Mutex(steps) }

    /// The decoded payloads, whose signatures were right.
    var requests: [JSON] { seen.withLock { $0 } }
    var actions: [String?] { requests.map { $0["action"]?.string } }

    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        let account = Fixture.account()
        guard request.url == "https://liqpay.example/api/request", !request.isRepeatable,
            let form = FormFields(decoding: request.body), let data = form["data"],
            LiqPaySignature.isValid(form["signature"] ?? "", of: data, account),
            let json = try? JSONParser.parse(Base64.decode(data) ?? [])
        else { throw HTTPClientError(.badURL, wasSent: false, "not what LiqPay understands") }
        seen.withLock { $0.append(json) }
        switch steps.withLock({ $0.isEmpty ? .http(500) : $0.removeFirst() }) {
        case .json(let text): return HTTPResponse(status: 200, body: Array(text.utf8))
        case .http(let status): return HTTPResponse(status: status)
        case .fails(let wasSent): throw HTTPClientError(wasSent ? .timeout : .notSent, wasSent: wasSent, "test")
        }
    }
}

@Suite("Calls to LiqPay") struct LiqPayEffectsTests {
    private let payment = Identifier.new()

    private func perform(
        _ steps: [ScriptedLiqPay.Step], kind: String = LiqPayEffects.refund, verify: Bool = false, attempt: Int = 1,
        isAccepted: Bool = false
    ) async -> (EffectOutcome?, ScriptedLiqPay) {
        let liqPay = ScriptedLiqPay(steps)
        let effects = LiqPayEffects(connector: LiqPayConnector(http: TracedHTTP(liqPay), account: Fixture.account()))
        let call = RefundCall(
            payment: payment, amount: Money(minor: 60_000, .uah), refundedBefore: .zero(.uah), verify: verify,
            isAccepted: isAccepted)
        var effect = Effect(
            id: .new(), kind: kind, subject: "\(Identifier.new())/\(payment)", tenant: "default", body: call.jsonBytes)
        effect.attempt = attempt
        return (await effects.perform([effect]).first, liqPay)
    }

    /// The next one to take the refund over could be sending it too.
    @Test(arguments: [(Duration.seconds(5), 0), (.seconds(60), 1)])
    func nothingIsSentThatCouldOutliveTheLease(left: Duration, requests: Int) async {
        let (outcome, liqPay) = await CallLimit.$end.withValue(.now.adding(left)) {
            await perform([.json(#"{"result":"ok","status":"reversed"}"#)])
        }
        #expect(liqPay.requests.count == requests)
        if case .retry = outcome { #expect(requests == 0) } else { #expect(requests == 1) }
    }

    private func done(_ outcome: CallOutcome) -> EffectOutcome { .done(outcome.jsonBytes) }

    @Test func refundsOnce() async {
        let (outcome, liqPay) = await perform([.json(#"{"result":"ok","status":"reversed","payment_id":7}"#)])
        #expect(outcome == done(.refund(.completed(transactionID: "7"))))
        #expect(liqPay.actions == ["refund"])
        #expect(liqPay.requests[0]["amount"] == .number("600.00"))
        #expect(liqPay.requests[0]["order_id"]?.string == payment.description)
    }

    /// After a crash, or on a look-up, the sum that went back is asked for before anything is sent again.
    @Test(arguments: [(true, 1), (false, 2)])
    func looksBeforeItRepeats(verify: Bool, attempt: Int) async {
        let taken = #"{"status":"success","order_id":"\#(payment)","amount":1295,"currency":"UAH"}"#
        let back =
            #"{"status":"reversed","order_id":"\#(payment)","amount":1295,"currency":"UAH","refund_amount":600}"#
        let (found, first) = await perform([.json(back)], verify: verify, attempt: attempt)
        #expect(found == done(.refund(.completed(transactionID: nil))))
        #expect(first.actions == ["status"])
        let (sent, second) = await perform(
            [.json(taken), .json(#"{"result":"ok","status":"reversed"}"#)], verify: verify, attempt: attempt)
        #expect(sent == done(.refund(.completed(transactionID: nil))))
        #expect(second.actions == ["status", "refund"])
        let (silent, third) = await perform([.fails(wasSent: true)], verify: verify, attempt: attempt)
        #expect(silent == done(.refund(.unknown)))
        #expect(third.actions == ["status"], "without an answer nothing is sent")
    }

    /// A shop whose balance is short pays later: sending again would pay twice.
    @Test func onlyLooksAtWhatWasAccepted() async {
        let taken = #"{"status":"success","order_id":"\#(payment)","amount":1295,"currency":"UAH"}"#
        let (outcome, liqPay) = await perform([.json(taken)], verify: true, isAccepted: true)
        #expect(outcome == done(.refund(.accepted)))
        #expect(liqPay.actions == ["status"])
    }

    @Test func neverGuesses() async {
        for step in [ScriptedLiqPay.Step.fails(wasSent: true), .http(502), .json("<html>")] {
            let (outcome, liqPay) = await perform([step])
            #expect(outcome == done(.refund(.unknown)))
            #expect(liqPay.actions == ["refund"])
        }
        let (outcome, _) = await perform([.fails(wasSent: false)])
        guard case .retry = outcome else {
            Issue.record("what was never sent is sent again: \(String(describing: outcome))")
            return
        }
    }

    @Test func asksForTheStatus() async throws {
        let answer =
            #"{"status":"success","order_id":"\#(payment)","amount":1295,"currency":"UAH","sender_phone":"380671112233"}"#
        let (outcome, liqPay) = await perform([.json(answer)], kind: LiqPayEffects.status)
        guard case .done(let body) = outcome else {
            Issue.record("no answer")
            return
        }
        #expect(liqPay.actions == ["status"])
        let text = String(decoding: body, as: UTF8.self)
        #expect(!text.contains("380671112233"))
        let document = try #require(try JSONParser.parse(body)["document"])
        let report = try #require(LiqPayReader(account: Fixture.account()).status(document, of: payment))
        #expect(report.standing == .paid)
        #expect(report.source == .query)
        let (silent, _) = await perform([.http(500)], kind: LiqPayEffects.status)
        #expect(silent == done(.silent))
    }
}
