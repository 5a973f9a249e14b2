/// A percentage in hundredths: 2000 is 20.00 %.
public struct Percent: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let hundredths: Int64

    public init(hundredths: Int64) { self.hundredths = hundredths }

    /// Reads decimal text with at most two fraction digits; the same form as an amount in a two-digit currency.
    public init(text: some StringProtocol) throws(Money.ParseFault) {
        hundredths = try Money(text: text, .uah).minor
    }

    /// Always two fraction digits: `20.00`.
    public var description: String { Money(minor: hundredths, .uah).description }

    public static func < (left: Percent, right: Percent) -> Bool { left.hundredths < right.hundredths }
}
