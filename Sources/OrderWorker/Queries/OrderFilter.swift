import Contracts
import Worker

/// What a list of orders is narrowed to, read from query parameters.
struct OrderFilter: Sendable {
    let tenant: String
    let customerID: String?
    let reference: String?
    /// In upper case, as it is stored.
    let promoCode: String?
    let statuses: Set<OrderStatus>?
    let paymentStatuses: Set<OrderPaymentStatus>?
    let fulfilmentStatuses: Set<FulfilmentStatus>?
    let range: ListRange

    /// Throws ``Refusal``: 400, or 403 when a customer asks for another's orders.
    init(_ query: Message, _ key: CursorKey) throws(Refusal) {
        var parameters = QueryParameters(query)
        statuses = parameters.words("status", OrderStatus.self)
        paymentStatuses = parameters.words("payment_status", OrderPaymentStatus.self)
        fulfilmentStatuses = parameters.words("fulfilment_status", FulfilmentStatus.self)
        let customer = parameters.externalID("customer_id")
        reference = parameters.value("reference", "Must be 1 to 64 visible ASCII characters.") { text in
            (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
        }
        promoCode = parameters.value("promo_code", "Must be 2 to 32 letters, digits, _ or -.") { text in
            (2...32).contains(text.utf8.count) && text.utf8.allSatisfy(Self.isOfCode) ? text.uppercased() : nil
        }
        range = try ListRange(query, &parameters, key)
        guard query.actor.isStaff || customer == nil || customer == query.actor.id else {
            throw Refusal(Problem(.forbidden, "The role customer sees its own orders only."))
        }
        tenant = query.tenant
        customerID = query.actor.isStaff ? customer : query.actor.id ?? ""
    }

    private static func isOfCode(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
