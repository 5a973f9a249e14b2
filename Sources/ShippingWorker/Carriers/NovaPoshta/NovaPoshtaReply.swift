import Contracts

/// The envelope of every answer. Refusals come with HTTP 200, too.
struct NovaPoshtaReply: Sendable, Equatable {
    let isSuccess: Bool
    let data: [JSON]
    let errors: [String]
    /// Eleven-digit codes; not always as many as errors.
    let codes: [String]

    /// Reads an answer in all shapes that were seen: within an array of one, with `errorCodes` as an object, with
    /// objects among the errors.
    ///
    /// - Returns: nil when it is no such envelope.
    init?(_ body: [UInt8]) {
        guard let parsed = try? JSONParser.parse(body) else { return nil }
        let json = parsed.array?.first ?? parsed
        guard let success = json["success"]?.looseBool else { return nil }
        isSuccess = success
        data = json["data"]?.array ?? []
        errors = json["errors"].map { $0.looseTexts } ?? []
        codes = json["errorCodes"].map { $0.looseTexts } ?? []
    }

    /// The carrier's text for people.
    var message: String {
        let text = errors.isEmpty ? codes.joined(separator: ", ") : errors.joined(separator: "; ")
        return (text.isEmpty ? "refused without a reason" : text).limited(to: 500)
    }
}

extension JSON {
    /// Text of a text or number; nil when it is absent, empty or of another kind.
    func looseText(_ name: String) -> String? {
        guard let text = self[name]?.scalarText, !text.isEmpty else { return nil }
        return text
    }

    var looseBool: Bool? {
        switch self {
        case .bool(let value): value
        case .string("true"), .number("1"), .string("1"): true
        case .string("false"), .number("0"), .string("0"): false
        default: nil
        }
    }

    /// The texts of an array, or the values of an object.
    var looseTexts: [String] {
        switch self {
        case .array(let values): values.flatMap { $0.scalarText.map { [$0] } ?? $0.looseTexts }
        case .object(let members): members.compactMap(\.value.scalarText)
        case .string(let text): text.isEmpty ? [] : [text]
        default: []
        }
    }

    /// Hryvnias as a number or text with up to two decimals; more are cut off.
    func hryvnias(_ name: String) -> Money? {
        guard let text = looseText(name) else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { return try? Money(text: text, .uah) }
        return try? Money(text: "\(parts[0]).\(parts[1].prefix(2))", .uah)
    }
}
