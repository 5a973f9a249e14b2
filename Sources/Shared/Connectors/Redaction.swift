import Contracts

/// Takes personal data and secrets out of what a provider sent, before it is stored or logged.
public enum Redaction {
    /// The document without the members that `isPrivate` names, at every depth.
    public static func document(_ json: JSON, dropping isPrivate: (_ name: String) -> Bool) -> JSON {
        switch json {
        case .object(let members):
            .object(
                members.filter { !isPrivate($0.name) }.map { .init($0.name, document($0.value, dropping: isPrivate)) })
        case .array(let values): .array(values.map { document($0, dropping: isPrivate) })
        default: json
        }
    }

    /// The text with every run of seven or more digits masked but for the last four: card, phone and account numbers.
    public static func text(_ text: String) -> String {
        var result = ""
        var digits = ""
        func flush() {
            result += digits.count < 7 ? digits : String(repeating: "*", count: digits.count - 4) + digits.suffix(4)
            digits = ""
        }
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
            } else {
                flush()
                result.append(character)
            }
        }
        flush()
        return result
    }
}
