import Connectors
import Contracts
import CurlHTTP
import Testing

@testable import PaymentWorker

@Suite("LiqPay signatures") struct LiqPaySignatureTests {
    @Test func signsACheckoutOfVersionSevenWithSHA3() throws {
        let json = try Fixture.text("liqpay_checkout.json")
        let signed = LiqPayRequests(account: Fixture.account()).signed(Array(json.utf8))
        #expect(signed.data == (try Fixture.text("liqpay_checkout.data")))
        #expect(signed.signature == "/urExHHz2Fn3eiNFXWAcpJqFaXlznM509irNW4WfCWw=")
    }

    @Test func signsLowerVersionsWithSHA1() throws {
        let data = try Fixture.text("liqpay_checkout.data")
        #expect(LiqPaySignature.sign(data, Fixture.account(version: 3)) == "KegUannEvIdUu5JltsVzcNwHBxI=")
    }

    /// Published by the provider; the SHA-1 of the same input must not pass for version 7.
    @Test(arguments: [
        (7, "0adgJ8F2Ds5HCVkcz4AlmdLMRoIJf7IxsL3QmeFRz/s=", true), (7, "CZQ2WPZ4+rJnKdg5BT9lSsJtXZk=", false),
        (3, "CZQ2WPZ4+rJnKdg5BT9lSsJtXZk=", true), (3, "0adgJ8F2Ds5HCVkcz4AlmdLMRoIJf7IxsL3QmeFRz/s=", false),
    ])
    func acceptsTheHashOfTheVersionOnly(version: Int, signature: String, isValid: Bool) {
        let data =
            "eyJwdWJsaWNfa2V5IjoiaTAwMDAwMDAwIiwidmVyc2lvbiI6NywiYWN0aW9uIjoicGF5IiwiYW1vdW50IjoiMyIsImN1cnJlbmN5IjoiVUFIIiwiZGVzY3JpcHRpb24iOiJ0ZXN0Iiwib3JkZXJfaWQiOiIwMDAwMDEifQ=="
        let account = Fixture.account(version: version, privateKey: "a4825234f4bae72a0be04eafe9e8e2bada209255")
        #expect(LiqPaySignature.isValid(signature, of: data, account) == isValid)
    }

    @Test func signsThePublishedVersionThree() {
        let json =
            #"{"public_key":"i00000000","version":"3","action":"pay","amount":"3","currency":"UAH","description":"test","order_id":"000001"}"#
        let account = Fixture.account(version: 3, privateKey: "a4825234f4bae72a0be04eafe9e8e2bada209255")
        #expect(LiqPayRequests(account: account).signed(Array(json.utf8)).signature == "wR+UZDC4jjeL/qUOvIsofIWpZh8=")
    }

    @Test func readsACallback() throws {
        let form = try Fixture.text("liqpay_callback.form")
        let callback = try LiqPayReader(account: Fixture.account()).callback(Array(form.utf8), [:])
        let report = try #require(callback.report)
        #expect(callback.reference == "ord_1001")
        #expect(report.standing == .paid)
        #expect(report.amount == Money(minor: 14_990, .uah))
        #expect(report.transactionID == "2400000001")
        #expect(report.providerTime == 1_726_000_003_000)
        #expect(report.isOurs)
        #expect(report.refunded == nil)
        let kept = String(decoding: callback.document, as: UTF8.self)
        #expect(kept.contains("LPTEST1009"))
        #expect(!kept.contains("424242"))
    }

    /// One letter of `data`, of the signature, a bare plus, the other hash, and an answer of the API posted as JSON.
    @Test(arguments: ["data", "signature", "plus", "sha1", "json", "empty"])
    func refusesACallback(kind: String) throws {
        let form = try Fixture.text("liqpay_callback.form")
        let data = try Fixture.text("liqpay_callback.data")
        let body =
            switch kind {
            case "data": form.replacing("data=eyJw", with: "data=eyJx")
            case "signature": form.replacing("signature=GA2P", with: "signature=GA2Q")
            case "plus": form.replacing("%2B", with: "+")
            case "sha1": (["data": data, "signature": "MqVmvgi+pjXvY5Njb0+fxon0n0Y="] as FormFields).encoded
            case "json": try Fixture.text("liqpay_callback.json")
            default: ""
            }
        #expect(body != form)
        #expect(throws: ProviderError.self) {
            try LiqPayReader(account: Fixture.account()).callback(Array(body.utf8), [:])
        }
    }
}

@Suite("Base64") struct Base64Tests {
    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("~~~", "fn5+")])
    func goesBothWays(text: String, encoded: String) {
        #expect(Base64.encode(text.utf8) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test(arguments: ["Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm 9", "Zm9v\n", "Zm-_", "=Zm9"])
    func isStrict(text: String) { #expect(Base64.decode(text) == nil) }
}
