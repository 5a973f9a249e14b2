/// A refusal in Nova Poshta's form: one text and one 11-digit code in an answer of HTTP 200.
struct NovaPoshtaFault: Error, Sendable, Equatable {
    let code: String
    let text: String

    init(_ code: String, _ text: String) {
        self.code = code
        self.text = text
    }

    static let key = NovaPoshtaFault("20000200068", "API auth fail")
    static let noKey = NovaPoshtaFault("20000200069", "API key is empty")
    static let recipientCity = NovaPoshtaFault("20000200103", "CityRecipient not found")
    static let recipient = NovaPoshtaFault("20000300428", "Recipient does not exist")
    static let phone = NovaPoshtaFault("20000300434", "RecipientsPhone invalid format")
    static let noPhone = NovaPoshtaFault("20000300435", "RecipientsPhone is empty")
    static let firstName = NovaPoshtaFault("20000100527", "FirstName is empty")
    static let fullName = NovaPoshtaFault("20000201777", "Full contact name is required, in Ukrainian letters")
    static let edrpou = NovaPoshtaFault("20000900759", "EDRPOU is empty")
    static let street = NovaPoshtaFault("20000500639", "StreetRef is empty")
    static let pastDate = NovaPoshtaFault("20000400455", "Date is in the past")
    static let cost = NovaPoshtaFault("20000200118", "Cost is invalid")
    static let costTooHigh = NovaPoshtaFault("20000200119", "Cost is too high")
    static let weight = NovaPoshtaFault("20000200373", "Weight is invalid")
    static let weightTooHigh = NovaPoshtaFault("20000200375", "Weight is too high")
    static let lockerWeight = NovaPoshtaFault("20000200380", "The shipment is too heavy for a parcel locker")
    static let branchWeight = NovaPoshtaFault("20000201162", "The weight is above the limit of the warehouse")
    static let serviceType = NovaPoshtaFault("20000200348", "ServiceType is incorrect")
    static let nonCash = NovaPoshtaFault("20000200249", "Non-cash payment is not available for the payer")
    static let paymentControl = NovaPoshtaFault("20000201590", "Payment control is for warehouse to warehouse only")
    static let lockerPaymentControl = NovaPoshtaFault("20000200032", "Payment control is not available for lockers")
    static let notFound = NovaPoshtaFault("20000200205", "Document not found")
    static let nothingDeleted = NovaPoshtaFault("20000201173", "No document was deleted")
    static let number = NovaPoshtaFault("20001401442", "Document number is not correct")

    /// A field that the carrier refuses with a code no source names: callers treat unlisted codes as permanent.
    static func field(_ name: String) -> NovaPoshtaFault { NovaPoshtaFault("20000100001", "\(name) is incorrect") }

    static func method(_ name: String) -> NovaPoshtaFault {
        NovaPoshtaFault("20000100001", "Method \(name) is not available")
    }
}
