/// An ISO 4217 currency code with its number of minor digits.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    /// Three capital letters, for instance `UAH`.
    public let code: String

    /// How many digits follow the decimal point: 2, except where the standard gives 0 or 3.
    public let minorDigits: Int

    public static let uah = Currency(known: "UAH")

    /// - Returns: nil when the text is not three capital ASCII letters.
    public init?(_ code: String) {
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else {
            return nil
        }
        self.init(known: code)
    }

    private init(known code: String) {
        self.code = code
        minorDigits =
            switch code {
            case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
                "XAF", "XOF",
                "XPF":
                0
            case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
            default: 2
            }
    }

    /// Minor units in one main unit: 1, 100 or 1000.
    public var scale: Int64 {
        switch minorDigits {
        case 0: 1
        case 3: 1000
        default: 100
        }
    }

    public var description: String { code }
}
