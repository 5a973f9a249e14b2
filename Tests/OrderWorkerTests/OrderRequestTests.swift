import Contracts
import Testing

@testable import OrderWorker

/// What `POST /api/v1/orders` takes and refuses.
@Suite struct OrderRequestTests {
    private static let customer = Actor(.customer, id: "cust_42")

    private static func body(_ changes: (inout [String: String]) -> Void = { _ in }) -> String {
        var members = [
            "items": #"[{"product_id":"prod_123","quantity":2}]"#,
            "shipping_address": #"{"city":"Київ","address":"вул. Хрещатик, 1","phone":"0991234567"}"#,
            "payment_method": #""liqpay""#,
        ]
        changes(&members)
        return "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    private func read(_ body: String, actor: Actor = customer) throws -> Result<OrderRequest, Refusal> {
        OrderRequest.read(try JSONParser.parse(body), actor: actor)
    }

    @Test func smallest() throws {
        let request = try read(Self.body()).get()
        #expect(request.customerID == "cust_42")
        #expect(request.items == [.init(productID: "prod_123", quantity: 2, index: 0)])
        #expect(request.shippingAddress.phone == "+380991234567")
        #expect(request.shippingAddress.country == "UA")
        #expect(request.paymentMethod == .liqpay)
        #expect(request.promoCode == nil)
    }

    @Test func mergesLinesOfOneProduct() throws {
        let request = try read(
            Self.body {
                $0["items"] = """
                    [{"product_id":"b","quantity":1},{"product_id":"a","quantity":2},{"product_id":"b","quantity":3}]
                    """
            }
        ).get()
        #expect(request.items.map(\.productID) == ["b", "a"])
        #expect(request.items.map(\.quantity) == [4, 2])
    }

    @Test func promoCodesAreUpperCase() throws {
        #expect(try read(Self.body { $0["promo_code"] = #""summer20""# }).get().promoCode == "SUMMER20")
    }

    static let faults: [(String, String, String, String)] = [
        ("items", "null", "/items", "required"),
        ("items", "[]", "/items", "too_few_items"),
        ("items", "{}", "/items", "invalid_type"),
        ("items", #"[{"product_id":"a"}]"#, "/items/0/quantity", "required"),
        ("items", #"[{"quantity":1}]"#, "/items/0/product_id", "required"),
        ("items", #"[{"product_id":"a","quantity":0}]"#, "/items/0/quantity", "too_small"),
        ("items", #"[{"product_id":"a","quantity":-1}]"#, "/items/0/quantity", "too_small"),
        ("items", #"[{"product_id":"a","quantity":10001}]"#, "/items/0/quantity", "too_large"),
        ("items", #"[{"product_id":"a","quantity":1.5}]"#, "/items/0/quantity", "invalid_type"),
        ("items", #"[{"product_id":"a","quantity":"1"}]"#, "/items/0/quantity", "invalid_type"),
        ("items", #"[{"product_id":"a b","quantity":1}]"#, "/items/0/product_id", "invalid_format"),
        (
            "items", #"[{"product_id":"a","quantity":6000},{"product_id":"a","quantity":6000}]"#,
            "/items/1/quantity", "too_large"
        ),
        ("items", #"[7]"#, "/items/0", "invalid_type"),
        ("shipping_address", "null", "/shipping_address", "required"),
        ("shipping_address", #"{"city":"К","address":"А"}"#, "/shipping_address/phone", "required"),
        ("shipping_address", #"{"address":"А","phone":"0991234567"}"#, "/shipping_address/city", "required"),
        ("shipping_address", #"{"city":"","address":"А","phone":"0991234567"}"#, "/shipping_address/city", "too_short"),
        (
            "shipping_address", #"{"city":"К","address":"А","phone":"hello!"}"#, "/shipping_address/phone",
            "invalid_format"
        ),
        (
            "shipping_address", #"{"city":"К","address":"А","phone":"0991234567","country":"ua"}"#,
            "/shipping_address/country", "invalid_format"
        ),
        (
            "shipping_address", #"{"city":"К","address":"А","phone":"0991234567","email":"nobody"}"#,
            "/shipping_address/email", "invalid_format"
        ),
        ("payment_method", "null", "/payment_method", "required"),
        ("payment_method", #""cash""#, "/payment_method", "unknown_value"),
        ("currency", #""uah""#, "/currency", "invalid_format"),
        ("promo_code", #""X""#, "/promo_code", "too_short"),
        ("promo_code", #""_AB""#, "/promo_code", "invalid_format"),
        ("promo_code", #""ÄB""#, "/promo_code", "invalid_format"),
        ("delivery", #"{"carrier":"novaposhta"}"#, "/delivery/service", "required"),
        ("delivery", #"{"carrier":"horse","service":"branch"}"#, "/delivery/carrier", "unknown_value"),
        ("delivery", "[]", "/delivery", "invalid_type"),
        ("reference", #""a b""#, "/reference", "invalid_format"),
        ("notes", "5", "/notes", "invalid_type"),
    ]

    @Test(arguments: faults) func refuses(member: String, value: String, pointer: String, code: String) throws {
        let result = try read(Self.body { $0[member] = value })
        guard case .failure(let refusal) = result else {
            Issue.record("\(member): \(value) was taken")
            return
        }
        #expect(refusal.problem.code == .validationFailed)
        #expect(
            refusal.problem.errors.contains { $0.pointer == pointer && $0.code == code }, "\(refusal.problem.errors)")
    }

    @Test func tellsAllFaultsAtOnce() throws {
        guard case .failure(let refusal) = try read(#"{"items":[],"currency":"x"}"#) else {
            Issue.record("was taken")
            return
        }
        let pointers = Set(refusal.problem.errors.compactMap(\.pointer))
        #expect(pointers == ["/items", "/shipping_address", "/payment_method", "/currency"])
    }

    @Test(arguments: ["[]", "1", #""text""#]) func bodyMustBeAnObject(body: String) throws {
        guard case .failure(let refusal) = try read(body) else {
            Issue.record("was taken")
            return
        }
        #expect(refusal.problem.errors == [FieldError(pointer: "", code: "invalid_type", detail: "Must be an object.")])
    }

    @Test func customersOrderForThemselves() throws {
        let body = Self.body { $0["customer_id"] = #""cust_1""# }
        guard case .failure(let refusal) = try read(body) else {
            Issue.record("was taken")
            return
        }
        #expect(refusal.problem.code == .forbidden)
        #expect(try read(body, actor: Actor(.staff, id: "s")).get().customerID == "cust_1")
    }

    @Test(arguments: [
        ("0991234567", "+380991234567"), ("+380 (99) 123-45-67", "+380991234567"), ("991234567", "+380991234567"),
        ("+48123456789", "+48123456789"),
    ])
    func phones(text: String, stored: String) throws {
        let request = try read(
            Self.body { $0["shipping_address"] = #"{"city":"К","address":"А","phone":"\#(text)"}"# }
        ).get()
        #expect(request.shippingAddress.phone == stored)
    }
}
