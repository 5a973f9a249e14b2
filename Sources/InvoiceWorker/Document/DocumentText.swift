import Contracts

extension Money {
    /// As it is written in Ukraine: `1 295,00`, thousands apart by a space that does not break.
    var printed: String {
        let text = description
        let parts = text.split(separator: ".")
        guard let whole = parts.first else { return text }
        var grouped = ""
        for (index, digit) in whole.enumerated() {
            let left = whole.count - index
            if index > 0, left % 3 == 0, whole[whole.index(whole.startIndex, offsetBy: index - 1)] != "-" {
                grouped += "\u{A0}"
            }
            grouped.append(digit)
        }
        return parts.count > 1 ? "\(grouped),\(parts[1])" : grouped
    }
}

extension Percent {
    /// `20 %`, `7,5 %`.
    var printed: String {
        let whole = hundredths / 100
        let rest = hundredths % 100
        let fraction = rest == 0 ? "" : rest % 10 == 0 ? ",\(rest / 10)" : rest < 10 ? ",0\(rest)" : ",\(rest)"
        return "\(whole)\(fraction)\u{A0}%"
    }
}

extension CalendarDate {
    private static let months = [
        "січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня",
        "листопада", "грудня",
    ]

    /// `15 вересня 2025 р.`
    var printed: String { "\(day) \(Self.months[Int(month) - 1]) \(year)\u{A0}р." }
}

extension String {
    /// Without line breaks and other control characters.
    var oneLine: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
