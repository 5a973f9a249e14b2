import Contracts
import Testing

@testable import OrderWorker

@Suite struct CustomerTests {
    private func request(_ members: String = "") throws -> OrderRequest {
        let body = """
            {"items":[{"product_id":"prod_123","quantity":1}],"payment_method":"liqpay",
             "shipping_address":{"city":"Kyiv","address":"Khreshchatyk 1","phone":"+380991234567"}\(members)}
            """
        return try OrderRequest.read(
            JSONParser.parse(Array(body.utf8)), actor: Actor(role: .customer, subject: "cust_42")
        ).get()
    }

    private func customer(_ members: String) throws -> Customer {
        try Customer(json: JSONParser.parse(Array(#"{"id":"cust_42"\#(members)}"#.utf8)))
    }

    private let olena = """
        ,"first_name":"Олена","last_name":"Коваль","middle_name":"Петрівна","email":"olena@example.com","company":"ТОВ","tax_id":"123"
        """

    @Test func whatTheClientLeftOutIsFilled() throws {
        let filled = try request().filled(from: customer(olena))
        #expect(filled.shippingAddress.name == "Коваль Олена Петрівна")
        #expect(filled.shippingAddress.email == "olena@example.com")
        #expect(filled.shippingAddress.company == nil, "a company is for the bill")
        #expect(filled.shippingAddress.phone == "+380991234567")
        let billing = try #require(filled.billingAddress)
        #expect(billing.city == "Kyiv")
        #expect(billing.name == "Коваль Олена Петрівна")
        #expect(billing.company == "ТОВ")
        #expect(billing.taxID == "123")
    }

    @Test func nothingThatWasSentIsReplaced() throws {
        let sent = try request(
            #","billing_address":{"name":"Інша Особа","city":"Lviv","address":"Rynok 1","email":"a@example.com","tax_id":"9"}"#
        )
        let billing = try #require(sent.filled(from: customer(olena)).billingAddress)
        #expect(billing.name == "Інша Особа")
        #expect(billing.email == "a@example.com")
        #expect(billing.taxID == "9")
        #expect(billing.city == "Lviv")
    }

    @Test(
        arguments: [
            ("", nil), (#","first_name":"Олена""#, "Олена"),
            (#","last_name":"Коваль","first_name":"Олена""#, "Коваль Олена"),
            (#","last_name":null,"middle_name":"Петрівна""#, "Петрівна"),
        ] as [(String, String?)])
    func namesAreJoined(members: String, expected: String?) throws {
        #expect(try customer(members).name == expected)
    }

    @Test(arguments: [#","first_name":5"#, #","email":"\#(String(repeating: "a", count: 255))""#])
    func aBrokenDocumentIsRefused(members: String) {
        #expect(throws: StoredFormatError.self) { try customer(members) }
    }
}
