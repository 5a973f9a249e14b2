/// A percentage in hundredths: 2000 is 20.00 %.
package struct Percent: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let hundredths: Int64

    package init(hundredths: Int64) { self.hundredths = hundredths }

    /// Reads decimal text with at most two fraction digits; the same form as an amount in a two-digit currency.
    package init(text: some StringProtocol) throws(Money.ParseFault) {
        hundredths = try Money(text: text, .uah).minor
    }

    /// Always two fraction digits: `20.00`.
    package var description: String { Money(minor: hundredths, .uah).description }

    package static func < (left: Percent, right: Percent) -> Bool { left.hundredths < right.hundredths }
}
