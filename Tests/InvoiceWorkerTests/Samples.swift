import Contracts
import Foundation
import Testing

@testable import InvoiceWorker

/// Fixtures and the values that tests are about.
enum Sample {
    static func bytes(_ name: String) throws -> [UInt8] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
        return [UInt8](try Data(contentsOf: url))
    }

    static func json(_ name: String) throws -> JSON { try JSONParser.parse(try bytes(name)) }

    static func invoice() throws -> Invoice { try Invoice(json: json("invoice.json")) }

    static func settings() throws -> InvoiceSettings {
        InvoiceSettings(
            seller: Party(
                name: "ТОВ Крамниця", taxID: "12345678", address: "Kyiv, Khreshchatyk 1",
                iban: "UA213223130000026007233566001"),
            deliveryTaxRate: Percent(hundredths: 2000), time: try #require(BusinessTime("Europe/Kyiv")))
    }

    static func confirmedOrder() throws -> JSON { try json("order_confirmed.json").child("order") }

    static func order(_ json: JSON) throws -> ConfirmedOrder { try ConfirmedOrder(json: json) }

    /// An order like the contract's with an id of its own.
    static func order(_ seed: String) throws -> ConfirmedOrder {
        try order(confirmedOrder().replacing("id", with: .string(Identifier.derived(from: seed).description)))
    }

    /// A refund of the sample's order.
    static func refund(
        _ amount: String, id: String = "a", surplus: Bool = false, units: Int64 = 0, shipping: String = "0.00",
        of order: Identifier? = nil
    ) throws -> CompletedRefund {
        let items =
            units == 0
            ? "" : #"{"order_item_id":"01994cd1-2901-70de-85cf-24f12763c4f4","quantity":\#(units)}"#
        return try CompletedRefund(
            json: JSONParser.parse(
                """
                {"refund_id":"\(Identifier.derived(from: id))","order_id":"\(order?.description ?? "01994cd1-2900-73ee-b7e9-6e59ce40f9cb")",
                "amount":"\(amount)","currency":"UAH","surplus":\(surplus),"items":[\(items)],
                "shipping_amount":"\(shipping)"}
                """))
    }

    static func uah(_ text: String) throws -> Money { try Money(text: text, .uah) }
}

extension JSON {
    /// The object with one member in another value.
    func replacing(_ name: String, with value: JSON) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.name != name } + [JSON.Member(name, value)])
    }

    func removing(_ name: String) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.name != name })
    }
}
