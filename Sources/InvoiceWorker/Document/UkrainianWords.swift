import Contracts

/// Numbers and amounts in Ukrainian words.
enum UkrainianWords {
    /// The three forms that follow a number: 1 гривня, 2 гривні, 5 гривень.
    struct Forms {
        let one: String
        let few: String
        let many: String

        init(_ one: String, _ few: String, _ many: String) {
            self.one = one
            self.few = few
            self.many = many
        }

        func after(_ number: Int64) -> String {
            switch (number % 100, number % 10) {
            case (11...14, _): many
            case (_, 1): one
            case (_, 2...4): few
            default: many
            }
        }
    }

    private struct Unit {
        let main: Forms
        let minor: Forms
        let isFeminine: Bool
    }

    private static let units: [String: Unit] = [
        "UAH": Unit(
            main: Forms("гривня", "гривні", "гривень"), minor: Forms("копійка", "копійки", "копійок"),
            isFeminine: true),
        "USD": Unit(
            main: Forms("долар США", "долари США", "доларів США"), minor: Forms("цент", "центи", "центів"),
            isFeminine: false),
        "EUR": Unit(
            main: Forms("євро", "євро", "євро"), minor: Forms("євроцент", "євроценти", "євроцентів"),
            isFeminine: false),
        "PLN": Unit(
            main: Forms("злотий", "злоті", "злотих"), minor: Forms("грош", "гроші", "грошів"), isFeminine: false),
    ]

    /// Main units in words, minor units in two digits: `двадцять одна гривня 05 копійок`.
    ///
    /// - Parameter amount: At least 0.
    /// - Returns: nil for a currency whose name is not known here.
    static func amount(_ amount: Money) -> String? {
        guard let unit = units[amount.currency.code] else { return nil }
        let main = amount.minor / amount.currency.scale
        let minor = amount.minor % amount.currency.scale
        let digits = minor < 10 ? "0\(minor)" : "\(minor)"
        return
            "\(number(main, isFeminine: unit.isFeminine)) \(unit.main.after(main)) \(digits) \(unit.minor.after(minor))"
    }

    /// A whole number in words, at least 0.
    static func number(_ number: Int64, isFeminine: Bool) -> String {
        guard number > 0 else { return "нуль" }
        var words: [String] = []
        for (power, scale) in scales {
            let group = number / power % 1000
            guard group > 0 else { continue }
            words += triple(group, isFeminine: scale?.isFeminine ?? isFeminine)
            if let scale { words.append(scale.forms.after(group)) }
        }
        return words.joined(separator: " ")
    }

    private static let scales: [(power: Int64, scale: (forms: Forms, isFeminine: Bool)?)] = [
        (1_000_000_000_000_000, (Forms("квадрильйон", "квадрильйони", "квадрильйонів"), false)),
        (1_000_000_000_000, (Forms("трильйон", "трильйони", "трильйонів"), false)),
        (1_000_000_000, (Forms("мільярд", "мільярди", "мільярдів"), false)),
        (1_000_000, (Forms("мільйон", "мільйони", "мільйонів"), false)),
        (1000, (Forms("тисяча", "тисячі", "тисяч"), true)),
        (1, nil),
    ]

    private static let hundreds = [
        "", "сто", "двісті", "триста", "чотириста", "п’ятсот", "шістсот", "сімсот", "вісімсот", "дев’ятсот",
    ]
    private static let tens = [
        "", "", "двадцять", "тридцять", "сорок", "п’ятдесят", "шістдесят", "сімдесят", "вісімдесят", "дев’яносто",
    ]
    private static let ones = [
        "", "один", "два", "три", "чотири", "п’ять", "шість", "сім", "вісім", "дев’ять", "десять", "одинадцять",
        "дванадцять", "тринадцять", "чотирнадцять", "п’ятнадцять", "шістнадцять", "сімнадцять", "вісімнадцять",
        "дев’ятнадцять",
    ]

    private static func triple(_ number: Int64, isFeminine: Bool) -> [String] {
        let rest = Int(number % 100)
        let last = rest < 20 ? rest : rest % 10
        let one =
            switch (last, isFeminine) {
            case (1, true): "одна"
            case (2, true): "дві"
            default: ones[last]
            }
        return [hundreds[Int(number / 100)], rest < 20 ? "" : tens[rest / 10], one].filter { !$0.isEmpty }
    }
}
