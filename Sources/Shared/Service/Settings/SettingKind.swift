/// How the text of a setting becomes a value.
public struct SettingKind<Value: Sendable>: Sendable {
    /// What a right value is, as it reads after "must be".
    public let requirement: String
    /// Stands in while the other settings are still being checked; never leaves the reader.
    let standIn: Value
    /// Nil if the text is wrong.
    let parse: @Sendable (String) -> Value?

    public init(_ requirement: String, standIn: Value, parse: @escaping @Sendable (String) -> Value?) {
        self.requirement = requirement
        self.standIn = standIn
        self.parse = parse
    }
}

extension SettingKind<String> {
    /// Any text of at least `minimum` bytes.
    public static func text(minimum: Int = 1) -> Self {
        Self(minimum > 1 ? "text of at least \(minimum) bytes" : "text", standIn: "") {
            $0.utf8.count >= minimum ? $0 : nil
        }
    }

    /// A percentage in decimal text, such as `20` or `12.5`, kept as text so that no rounding happens here.
    public static var percent: Self {
        Self("a decimal number from 0 to 100 with at most 4 decimals", standIn: "0") { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let isDigits = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
            guard isDigits, parts.count <= 2, let whole = Int(parts[0]), whole <= 100 else { return nil }
            let decimals = parts.count == 2 ? parts[1] : ""
            guard decimals.utf8.count <= 4, whole < 100 || decimals.allSatisfy({ $0 == "0" }) else { return nil }
            return text
        }
    }

    /// An absolute URL of one of these schemes with a host. It may hold a password: declare it as a secret then.
    public static func url(_ schemes: String...) -> Self {
        let names = schemes.map { $0 + "://" }.joined(separator: " or ")
        return Self("a URL that begins with \(names) and has a host", standIn: "") { text in
            guard let separator = text.firstRange(of: "://"), schemes.contains(String(text[..<separator.lowerBound]))
            else {
                return nil
            }
            let rest = text[separator.upperBound...].prefix { !"/?#".contains($0) }
            let host = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
            let isPrintable = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            return isPrintable && !host.isEmpty && host.first != ":" ? text : nil
        }
    }
}

extension SettingKind<Int> {
    public static func integer(_ range: ClosedRange<Int>) -> Self {
        Self("a whole number from \(range.lowerBound) to \(range.upperBound)", standIn: range.lowerBound) {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension SettingKind<Bool> {
    public static var flag: Self {
        Self("true or false", standIn: false) { ["true": true, "1": true, "false": false, "0": false][$0] }
    }
}

extension SettingKind<Duration> {
    /// Whole seconds; the setting's name ends in `_SECONDS`.
    public static func seconds(_ range: ClosedRange<Int>) -> Self { whole(range) { .seconds($0) } }
    /// Whole minutes; the setting's name ends in `_MINUTES`.
    public static func minutes(_ range: ClosedRange<Int>) -> Self { whole(range) { .seconds($0 * 60) } }
    /// Whole milliseconds; the setting's name ends in `_MILLISECONDS`.
    public static func milliseconds(_ range: ClosedRange<Int>) -> Self { whole(range) { .milliseconds($0) } }

    private static func whole(_ range: ClosedRange<Int>, _ unit: @escaping @Sendable (Int) -> Duration) -> Self {
        let number = SettingKind<Int>.integer(range)
        return Self(number.requirement, standIn: unit(range.lowerBound)) { number.parse($0).map(unit) }
    }
}

extension SettingKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words of an enum.
    public static func word(or standIn: Value) -> Self {
        Self("one of " + Value.allCases.map(\.rawValue).joined(separator: ", "), standIn: standIn) {
            Value(rawValue: $0)
        }
    }
}
