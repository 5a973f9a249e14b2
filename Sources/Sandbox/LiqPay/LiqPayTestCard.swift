/// What happens to a payment with one of LiqPay's published test cards.
enum LiqPayTestCard: String, Sendable, CaseIterable {
    case success = "4242424242424242"
    case secure3D = "4000000000003063"
    case oneTimePassword = "4000000000003089"
    case checkCode = "4000000000003055"
    case declinedByLimit = "4000000000000002"
    case declinedByBank = "4000000000009995"

    /// - Returns: Nil for a number that is no test card. Spaces between the digits do not count.
    init?(number: String) {
        self.init(rawValue: number.filter { !$0.isWhitespace })
    }

    /// The first six and last two digits, as callbacks show a card.
    var mask: String { "\(rawValue.prefix(6))*\(rawValue.suffix(2))" }

    var note: String {
        switch self {
        case .success: "успішна оплата"
        case .secure3D: "підтвердження 3-D Secure"
        case .oneTimePassword: "код OTP"
        case .checkCode: "код CVV"
        case .declinedByLimit: "відмова: limit"
        case .declinedByBank: "відмова: 9859"
        }
    }
}
