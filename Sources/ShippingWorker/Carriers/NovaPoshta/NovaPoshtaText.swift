import Contracts

/// Values in Nova Poshta's writing.
enum NovaPoshtaText {
    /// Kilograms with at most three decimals; the carrier takes 0.1 at least.
    static func kilograms(_ grams: Int64) -> String { decimal(max(100, grams), digits: 3) }

    /// Hryvnias without superfluous decimals.
    static func hryvnias(_ amount: Money) -> String { decimal(amount.minor, digits: 2) }

    /// Whole centimetres, rounded up: a place must not be larger than said.
    static func centimetres(_ millimetres: Int64) -> String { "\((millimetres + 9) / 10)" }

    private static func decimal(_ value: Int64, digits: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<digits { scale *= 10 }
        guard value % scale != 0 else { return "\(value / scale)" }
        var fraction = "\(value % scale + scale)".dropFirst()
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(value / scale).\(fraction)"
    }

    /// Twelve digits: `380` and the nine of the number.
    static func phone(_ e164: String) -> String { e164.filter { $0.isASCII && $0.isNumber } }

    /// A full name, surname first.
    struct PersonName: Equatable {
        let last: String
        let first: String
        let middle: String

        init(_ name: String) {
            let words = name.split(whereSeparator: \.isWhitespace).map(String.init)
            last = words.first ?? ""
            first = words.count > 1 ? words[1] : ""
            middle = words.dropFirst(2).joined(separator: " ")
        }
    }

    /// Street, building and flat out of a line such as `вул. Городоцька 45, 8`.
    struct Door: Equatable {
        let street: String
        let building: String
        let flat: String

        private static let prefixes = ["вулиця ", "вул. ", "вул.", "вул ", "street ", "str. "]

        init?(_ line: String) {
            var parts = line.split(separator: ",").map { String($0.drop { $0 == " " }) }
            guard !parts.isEmpty else { return nil }
            var words = parts.removeFirst().split(separator: " ").map(String.init)
            if words.count > 1, let last = words.last, last.contains(where: \.isNumber) {
                building = last
                words.removeLast()
            } else {
                guard !parts.isEmpty else { return nil }
                building = Self.number(parts.removeFirst())
            }
            flat = parts.first.map(Self.number) ?? ""
            var street = words.joined(separator: " ")
            if let prefix = Self.prefixes.first(where: { street.lowercased().hasPrefix($0) }) {
                street = String(street.dropFirst(prefix.count))
            }
            guard !street.isEmpty, !building.isEmpty else { return nil }
            self.street = street
        }

        /// What follows words such as `кв.`.
        private static func number(_ text: String) -> String { String(text.drop { !$0.isNumber }) }
    }

    /// The number of a branch in words such as `Nova Poshta branch 12` or `Відділення №12`; nil when there is none.
    static func branchNumber(_ line: String) -> String? {
        line.split { !$0.isNumber }.first { $0.count <= 5 }.map(String.init)
    }
}
