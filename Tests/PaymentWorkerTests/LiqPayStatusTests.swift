import Contracts
import Testing

@testable import PaymentWorker

@Suite("LiqPay words") struct LiqPayStatusTests {
    @Test(arguments: [
        ("prepared", ProviderReport.Standing.created), ("processing", .pending), ("wait_secure", .pending),
        ("wait_accept", .pending), ("3ds_verify", .requiresAction), ("cash_wait", .requiresAction),
        ("hold_wait", .authorized), ("success", .paid), ("wait_compensation", .paid), ("wait_reserve", .paid),
        ("reversed", .paid), ("try_again", .declined), ("failure", .declined), ("error", .declined),
        ("a_word_of_tomorrow", .pending), ("subscribed", .pending),
    ])
    func meansAStanding(word: String, standing: ProviderReport.Standing) {
        #expect(LiqPayStatus.standing(word, errorCode: nil, isTest: false) == standing)
    }

    @Test func believesSandboxInTestShopsOnly() {
        #expect(LiqPayStatus.standing("sandbox", errorCode: nil, isTest: true) == .paid)
        #expect(LiqPayStatus.standing("sandbox", errorCode: nil, isTest: false) == .pending)
    }

    @Test func expiresByItsErrorCode() {
        #expect(LiqPayStatus.standing("failure", errorCode: "expired_3ds", isTest: false) == .expired)
        #expect(LiqPayStatus.standing("success", errorCode: "expired_3ds", isTest: false) == .paid)
    }

    @Test(arguments: [
        ("limit", "limit_exceeded"), ("frod", "fraud_suspected"), ("decline", "declined"), ("9859", "declined"),
        ("expired_otp", "expired"), ("err_auth", "provider_error"),
    ])
    func namesErrors(code: String, ours: String) { #expect(LiqPayStatus.paymentError(code) == ours) }

    @Test(
        arguments: [
            (#""149.9""#, 14_990), ("149.90", 14_990), ("149.9000", 14_990), ("150", 15_000), ("150.0", 15_000),
            ("0.10", 10),
        ] as [(String, Int64)])
    func readsAmounts(text: String, minor: Int64) throws {
        #expect(LiqPayReplies.money(try JSONParser.parse(text), .uah) == Money(minor: minor, .uah))
    }

    @Test(arguments: ["149.901", "-1", "1e2", "true", #""""#])
    func refusesAmounts(text: String) throws {
        #expect(LiqPayReplies.money(try JSONParser.parse(text), .uah) == nil)
    }

    private let payment = Identifier.new()
    private var replies: LiqPayReplies { LiqPayReplies(account: Fixture.account()) }

    /// A page that was never opened is unknown to LiqPay, which is no failure.
    @Test func takesNotFoundForCreated() throws {
        let answer = try JSONParser.parse(
            #"{"result":"error","status":"error","err_code":"payment_not_found","err_description":"Not found"}"#)
        #expect(replies.status(answer, of: payment)?.standing == .created)
        let broken = try JSONParser.parse(#"{"result":"error","status":"error","err_code":"err_auth"}"#)
        #expect(replies.status(broken, of: payment) == nil)
    }

    @Test(arguments: [
        (#"{"result":"ok","status":"reversed","payment_id":7}"#, RefundAnswer.completed(transactionID: "7")),
        (#"{"result":"ok","status":"success"}"#, .completed(transactionID: nil)),
        (#"{"result":"ok","status":"success","wait_amount":true}"#, .accepted),
        (#"{"status":"wait_reserve"}"#, .accepted),
        (
            #"{"result":"error","status":"error","err_code":"payment_err_status"}"#,
            .refused(code: "not_refundable", message: nil)
        ),
        (#"{"result":"error","status":"error","err_code":"payment_processing"}"#, .unknown),
        (#"{"result":"error","status":"error","err_code":"err_cache"}"#, .unknown), ("{}", .unknown),
    ])
    func readsRefunds(text: String, answer: RefundAnswer) throws {
        #expect(replies.refund(try JSONParser.parse(text)) == answer)
    }

    /// Whether a refund that was cut off had its effect is told by the sum that went back.
    @Test(arguments: [
        ("success", "0", RefundAnswer?.none), ("reversed", "600", .completed(transactionID: nil)),
        ("success", "500", nil), ("wait_reserve", "0", .accepted), ("processing", "0", .unknown),
    ])
    func findsEarlierRefunds(word: String, back: String, answer: RefundAnswer?) throws {
        let document = try JSONParser.parse(
            #"{"status":"\#(word)","order_id":"\#(payment)","amount":1295,"currency":"UAH","refund_amount":\#(back)}"#)
        let call = RefundCall(
            payment: payment, amount: Money(minor: 50_100, .uah), refundedBefore: Money(minor: 9_900, .uah),
            verify: true)
        #expect(replies.earlierRefund(document, call) == answer)
    }

    /// A refund leaves `end_date` as it was; without the refund's date it would not come after the payment.
    @Test func tellsWhenARefundWasMade() throws {
        let document = try JSONParser.parse(
            #"{"status":"reversed","order_id":"1","end_date":1726000003000,"refund_date_last":1726000009000}"#)
        #expect(replies.report(document, source: .callback)?.providerTime == 1_726_000_009_000)
    }

    @Test func buildsItsPage() throws {
        let requests = LiqPayRequests(account: Fixture.account())
        let page = PaymentPage(
            payment: payment, amount: Money(minor: 129_500, .uah), method: .googlePay, description: "Замовлення 1",
            language: "uk", returnURL: nil, expiresAt: try #require(Timestamp("2025-09-15T11:00:30.500Z")))
        let json = try JSONParser.parse(LiqPayCheckout(requests: requests).payload(page))
        #expect(json["amount"] == .number("1295.00"))
        #expect(json["order_id"]?.string == payment.description)
        #expect(json["expired_date"]?.string == "2025-09-15 11:00:30")
        #expect(json["paytypes"]?.string == "gpay")
        #expect(json["result_url"]?.string == "https://shop.example/paid")
        #expect(json["server_url"]?.string == "https://shop.example/api/v1/payments/callback/liqpay")
        let url = LiqPayCheckout(requests: requests).pageURL(page)
        #expect(url.hasPrefix("https://liqpay.example/api/3/checkout?data=eyJ"))
        let query = try #require(url.split(separator: "?").last)
        #expect(!query.contains("+") && !query.contains("/"))
    }
}

extension LiqPayStatusTests {
    @Test(arguments: [
        ("data=a&signature=b", "application/x-www-form-urlencoded", PaymentProvider.liqpay),
        (#"{"storeId":"s","orderId":"o","paymentState":"SUCCESS"}"#, "text/plain", .privatbank),
        (#"{"response":{"merchant_id":1,"order_status":"approved"}}"#, "application/json", .fondy),
        ("merchant_id=1&order_status=approved", "", .fondy), ("data=a", "", nil), (#"{"a":1}"#, "", nil),
    ])
    func recognisesProviders(body: String, type: String, provider: PaymentProvider?) {
        #expect(ProviderRecognition.provider(Array(body.utf8), ["content_type": type]) == provider)
    }

    @Test func recognisesHeadersFirst() {
        let body = Array("data=a&signature=b".utf8)
        #expect(ProviderRecognition.provider(body, ["stripe-signature": "t=1", "x-sign": "a"]) == .stripe)
        #expect(ProviderRecognition.provider(body, ["x-sign": "a"]) == .mono)
    }
}
