/// An exact amount: whole minor units of a currency. Never a binary fraction.
///
/// Arithmetic between two amounts needs one currency on both sides; mixing them is a fault of the program, which is
/// why the rules keep one currency per order and check it at the edge.
public struct Money: Hashable, Sendable, CustomStringConvertible {
    public var minor: Int64
    public let currency: Currency

    public init(minor: Int64, _ currency: Currency) {
        self.minor = minor
        self.currency = currency
    }

    public static func zero(_ currency: Currency) -> Money { Money(minor: 0, currency) }

    /// The largest amount the contract can carry: 9 999 999 999 999 main units and all minor ones.
    public static let largestMain: Int64 = 9_999_999_999_999

    public var isZero: Bool { minor == 0 }

    /// Decimal text with exactly the minor digits of the currency: `1500.00`, `1500` in JPY.
    public var description: String {
        var bytes: [UInt8] = []
        appendText(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends ``description`` as ASCII, without an intermediate string.
    public func appendText(to bytes: inout [UInt8]) {
        let scale = currency.scale
        var value = minor
        if value < 0 {
            bytes.append(UInt8(ascii: "-"))
            value = -value
        }
        bytes.appendDecimal(value / scale)
        guard currency.minorDigits > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        let rest = value % scale
        if currency.minorDigits == 3 { bytes.append(UInt8(ascii: "0") + UInt8(rest / 100)) }
        bytes.append(UInt8(ascii: "0") + UInt8(rest / 10 % 10))
        bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
    }

    public static func + (left: Money, right: Money) -> Money { Money(minor: left.minor + right.minor, left.currency) }
    public static func - (left: Money, right: Money) -> Money { Money(minor: left.minor - right.minor, left.currency) }
    public static func * (left: Money, right: Int64) -> Money { Money(minor: left.minor * right, left.currency) }
    public static func += (left: inout Money, right: Money) { left.minor += right.minor }
    public static func -= (left: inout Money, right: Money) { left.minor -= right.minor }
    public static func < (left: Money, right: Money) -> Bool { left.minor < right.minor }
    public static func > (left: Money, right: Money) -> Bool { left.minor > right.minor }
    public static func <= (left: Money, right: Money) -> Bool { left.minor <= right.minor }
    public static func >= (left: Money, right: Money) -> Bool { left.minor >= right.minor }
}

extension Money {
    /// Why a text is not an amount. The raw value is the code of the field error.
    public enum ParseFault: String, Error, Sendable {
        case invalidFormat = "invalid_format"
        case tooManyDigits = "too_many_digits"
        case tooLarge = "too_large"
    }

    /// Reads decimal text as rules.md section 1 says: no sign, exponent, space, grouping or leading zero, and at most
    /// the currency's fraction digits, trailing zeros counted.
    public init(text: some StringProtocol, _ currency: Currency) throws(ParseFault) {
        var whole: Int64 = 0
        var fraction: Int64 = 0
        var wholeDigits = 0
        var fractionDigits = 0
        var seenPoint = false
        var leadingZero = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int64(byte - UInt8(ascii: "0"))
                if seenPoint {
                    fractionDigits += 1
                    if fractionDigits <= 3 { fraction = fraction * 10 + digit }
                } else {
                    if wholeDigits == 0 { leadingZero = digit == 0 }
                    wholeDigits += 1
                    if wholeDigits <= 13 { whole = whole * 10 + digit }
                }
            case UInt8(ascii: "."):
                guard !seenPoint, wholeDigits > 0 else { throw .invalidFormat }
                seenPoint = true
            default: throw .invalidFormat
            }
        }
        guard wholeDigits > 0, !seenPoint || fractionDigits > 0, !(leadingZero && wholeDigits > 1) else {
            throw .invalidFormat
        }
        guard fractionDigits <= currency.minorDigits else { throw .tooManyDigits }
        guard wholeDigits <= 13 else { throw .tooLarge }
        for _ in fractionDigits..<max(fractionDigits, currency.minorDigits) { fraction *= 10 }
        self.init(minor: whole * currency.scale + fraction, currency)
    }
}
