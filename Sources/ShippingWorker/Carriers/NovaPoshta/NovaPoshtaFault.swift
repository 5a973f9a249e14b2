import Contracts

/// What a refusal of Nova Poshta means.
enum NovaPoshtaFault: Sendable, Equatable {
    /// The carrier asks for peace.
    case rateLimited
    /// A fault on its side that passes.
    case passing
    /// The shop's account is at fault: key, contract.
    case account
    case address
    case recipient
    case parcel
    case notFound
    /// Nothing was deleted: the parcel is with the carrier.
    case nothingDeleted
    /// Anything else is refused for good.
    case other

    init(_ reply: NovaPoshtaReply) {
        if reply.errors.contains(where: { $0.lowercased().contains("many requests") }) {
            self = .rateLimited
            return
        }
        let known = reply.codes.lazy.compactMap { Self.meanings[$0] }.first
        self = known ?? Self.byField(reply.errors)
    }

    /// `error_code` of the contract.
    var errorCode: String {
        switch self {
        case .address: "address_not_served"
        case .recipient: "recipient_invalid"
        case .parcel: "parcel_invalid"
        case .account: "carrier_account"
        case .rateLimited, .passing, .notFound, .nothingDeleted, .other: "carrier_error"
        }
    }

    /// Many refusals name the field.
    private static func byField(_ errors: [String]) -> NovaPoshtaFault {
        let text = errors.joined(separator: " ")
        if text.contains("RecipientAddress") || text.contains("CityRecipient") { return .address }
        if text.contains("RecipientsPhone") || text.contains("ContactRecipient") { return .recipient }
        if text.contains("Weight") || text.contains("OptionsSeat") || text.contains("Volume") { return .parcel }
        if text.contains("Sender") { return .account }
        return .other
    }

    /// The carrier's message codes, as its clients list them.
    private static let meanings: [String: NovaPoshtaFault] = [
        "20000100008": .passing, "20000100016": .passing, "20001701795": .passing, "20001400980": .passing,
        "20000203636": .passing, "20000100002": .passing,
        "20000200068": .account, "20000200069": .account, "20000201204": .account, "20000204095": .account,
        "20000200249": .account, "20000201590": .account, "20000201591": .account, "20000201592": .account,
        "20000201593": .account, "20000201594": .account,
        "20000200103": .address, "20000201797": .address, "20000500639": .address, "20000200348": .address,
        "20000300434": .recipient, "20000300435": .recipient, "20000400477": .recipient, "20000201777": .recipient,
        "20000201785": .recipient, "20000201598": .recipient, "20000100527": .recipient, "20000300428": .recipient,
        "20000900759": .recipient,
        "20000200118": .parcel, "20000200119": .parcel, "20000200373": .parcel, "20000200375": .parcel,
        "20000200380": .parcel, "20000201162": .parcel, "20000201502": .parcel, "20000201503": .parcel,
        "20000201504": .parcel, "20000201505": .parcel,
        "20000200205": .notFound, "20000200206": .notFound, "20000300415": .notFound, "20000300416": .notFound,
        "20000201173": .nothingDeleted, "20000200153": .nothingDeleted, "20000200154": .nothingDeleted,
    ]
}
