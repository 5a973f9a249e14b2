/// Reads what a client sent and collects every fault with its JSON Pointer, so that all are told at once.
///
/// Each reader returns nil for an absent or faulty value and notes the fault. After reading, the caller looks at
/// ``faults``: only when it is empty the values are whole.
///
/// ```swift
/// let input = Input(body)
/// let city = input["city"].required().text(1...100)
/// let note = input["notes"].text(0...1000)
/// guard input.faults.isEmpty else { return .refuse(.validationFailed(input.faults)) }
/// ```
public struct Input {
    /// What all readers of one body share. Pointers are written only for faults; until then a reader knows its step.
    private final class Collector {
        enum Step {
            case root
            case member(String, of: Int)
            case element(Int, of: Int)
        }

        var faults: [FieldError] = []
        private var steps: [Step] = []

        init() { steps.reserveCapacity(64) }

        /// The number of a new step.
        func add(_ step: Step) -> Int {
            steps.append(step)
            return steps.count - 1
        }

        func pointer(_ step: Int) -> String {
            switch steps[step] {
            case .root: ""
            case .member(let name, let parent):
                "\(pointer(parent))/\(name.replacing("~", with: "~0").replacing("/", with: "~1"))"
            case .element(let index, let parent): "\(pointer(parent))/\(index)"
            }
        }
    }

    /// The value; nil when it is absent or `null`.
    public let value: JSON?
    private let step: Int
    private let collector: Collector

    public init(_ body: JSON) {
        self.init(body, .root, Collector())
    }

    private init(_ value: JSON?, _ step: Collector.Step, _ collector: Collector) {
        self.value = value?.unlessNull
        self.step = collector.add(step)
        self.collector = collector
    }

    /// Where the value stands in the body (RFC 6901).
    public var pointer: String { collector.pointer(step) }

    /// All faults noted so far by this reader and its children.
    public var faults: [FieldError] { collector.faults }

    public var isPresent: Bool { value != nil }

    public func note(_ code: String, _ detail: String) {
        collector.faults.append(FieldError(pointer: pointer, code: code, detail: detail))
    }

    /// A member of an object. The reader of a member of something else is absent.
    public subscript(name: String) -> Input {
        Input(value?[name], .member(name, of: step), collector)
    }

    /// Notes `required` when the value is absent.
    public func required() -> Input {
        if value == nil { note("required", "Is required.") }
        return self
    }

    /// Notes `invalid_type` when this is present and no object.
    @discardableResult public func object() -> Input? {
        guard let value else { return nil }
        guard case .object = value else {
            note("invalid_type", "Must be an object.")
            return nil
        }
        return self
    }

    public func array(_ count: ClosedRange<Int>) -> [Input]? {
        guard let value else { return nil }
        guard case .array(let elements) = value else {
            note("invalid_type", "Must be an array.")
            return nil
        }
        if elements.count < count.lowerBound {
            note("too_few_items", "Must have at least \(count.lowerBound) entries.")
            return nil
        }
        if elements.count > count.upperBound {
            note("too_many_items", "Must have at most \(count.upperBound) entries.")
            return nil
        }
        return elements.enumerated().map { index, element in
            Input(element, .element(index, of: step), collector)
        }
    }

    /// Text of so many characters (Unicode scalars), every one of which passes `allowed`.
    public func text(_ length: ClosedRange<Int>, allowed: ((Unicode.Scalar) -> Bool)? = nil) -> String? {
        guard let value else { return nil }
        guard case .string(let text) = value else {
            note("invalid_type", "Must be a string.")
            return nil
        }
        let (count, isAllowed) = Self.check(text, allowed)
        if count < length.lowerBound {
            note("too_short", "Must have at least \(length.lowerBound) characters.")
            return nil
        }
        if count > length.upperBound {
            note("too_long", "Must have at most \(length.upperBound) characters.")
            return nil
        }
        guard isAllowed else {
            note("invalid_format", "Has characters that are not allowed here.")
            return nil
        }
        return text
    }

    /// How many characters a text has, and whether all are allowed; U+0000, which PostgreSQL does not store, never is.
    private static func check(_ text: String, _ allowed: ((Unicode.Scalar) -> Bool)?) -> (count: Int, isAllowed: Bool) {
        var count = 0
        var isAllowed = true
        for scalar in text.unicodeScalars {
            count += 1
            if scalar.value == 0 || allowed?(scalar) == false { isAllowed = false }
        }
        return (count, isAllowed)
    }

    /// An opaque id of another service.
    public func externalID() -> String? { text(1...128, allowed: ExternalID.allows) }

    public func identifier() -> Identifier? {
        guard let text = text(1...64) else { return nil }
        guard let id = Identifier(text), id.version == 7 else {
            note("invalid_format", "Must be an id of this system.")
            return nil
        }
        return id
    }

    public func integer(_ range: ClosedRange<Int64>) -> Int64? {
        guard let value else { return nil }
        guard case .number(let text) = value else {
            note("invalid_type", "Must be an integer.")
            return nil
        }
        guard let number = Input.wholeNumber(text) else {
            note("invalid_type", "Must be an integer.")
            return nil
        }
        if number < range.lowerBound {
            note("too_small", "Must be at least \(range.lowerBound).")
            return nil
        }
        if number > range.upperBound {
            note("too_large", "Must be at most \(range.upperBound).")
            return nil
        }
        return number
    }

    /// JSON Schema counts 2.0 among the integers.
    private static func wholeNumber(_ text: String) -> Int64? {
        if let number = Int64(text) { return number }
        guard let number = Double(text), number.rounded(.towardZero) == number, abs(number) < 9.0e15 else { return nil }
        return Int64(number)
    }

    public func bool() -> Bool? {
        guard let value else { return nil }
        guard case .bool(let flag) = value else {
            note("invalid_type", "Must be true or false.")
            return nil
        }
        return flag
    }

    /// One of the words of an enumeration.
    public func word<Word: RawRepresentable<String>>(as type: Word.Type = Word.self) -> Word? {
        guard let value else { return nil }
        guard case .string(let text) = value else {
            note("invalid_type", "Must be a string.")
            return nil
        }
        guard let word = Word(rawValue: text) else {
            note("unknown_value", "Is not one of the known values.")
            return nil
        }
        return word
    }

    public func currency() -> Currency? {
        guard let text = text(1...64) else { return nil }
        guard let currency = Currency(text) else {
            note("invalid_format", "Must be three capital letters.")
            return nil
        }
        return currency
    }

    /// An amount as a JSON string or number, read from its text.
    public func money(_ currency: Currency) -> Money? {
        guard let value else { return nil }
        guard let text = value.scalarText else {
            note("invalid_type", "Must be a decimal string or a number.")
            return nil
        }
        do {
            return try Money(text: text, currency)
        } catch {
            switch error {
            case .invalidFormat: note(error.rawValue, "Must be a decimal amount without sign or exponent.")
            case .tooManyDigits:
                note(error.rawValue, "\(currency.code) has \(currency.minorDigits) digits after the point.")
            case .tooLarge: note(error.rawValue, "Is too large.")
            }
            return nil
        }
    }

    public func percent() -> Percent? { money(.uah).map { Percent(hundredths: $0.minor) } }

    public func timestamp() -> Timestamp? {
        guard let text = text(1...40) else { return nil }
        guard let time = Timestamp(text) else {
            note("invalid_format", "Must be an RFC 3339 date and time with an offset.")
            return nil
        }
        return time
    }
}

/// Ids that other services made: opaque, compared exactly.
public enum ExternalID {
    public static func allows(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", ".", "_", ":", "@", "|", "~", "-": true
        default: false
        }
    }

    public static func isValid(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text.unicodeScalars.allSatisfy(allows)
    }
}
