import Contracts

/// What a document says: that something was sold, or that money for it went back.
public enum DocumentKind: String, Sendable, CaseIterable, JSONEncodable {
    case invoice
    case creditNote = "credit_note"

    var prefix: String {
        switch self {
        case .invoice: "INV"
        case .creditNote: "CN"
        }
    }
}

/// Documents of one kind and year are counted together, per tenant.
public struct Series: Hashable, Comparable, Sendable {
    public let kind: DocumentKind
    /// Year of the issue instant in the business time zone.
    public let year: Int64

    public init(_ kind: DocumentKind, year: Int64) {
        self.kind = kind
        self.year = year
    }

    public static func < (left: Series, right: Series) -> Bool {
        (left.kind.rawValue, left.year) < (right.kind.rawValue, right.year)
    }
}

/// `INV-2025-000001`, `CN-2025-000001`: the series and the place in it, counted from 1.
public struct DocumentNumber: Hashable, Sendable, CustomStringConvertible, JSONEncodable {
    public let series: Series
    public let place: Int64

    public init(_ series: Series, place: Int64) {
        self.series = series
        self.place = place
    }

    /// At least four digits of the year and six of the place.
    public var description: String {
        "\(series.kind.prefix)-\(Self.padded(series.year, 4))-\(Self.padded(place, 6))"
    }

    public func write(to writer: inout JSONWriter) { writer.string(description) }

    /// Reads what ``description`` writes. Anything else is nil.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let kind = DocumentKind.allCases.first(where: { $0.prefix == parts[0] }),
            parts[1].utf8.count == 4, (6...10).contains(parts[2].utf8.count),
            parts[1...].allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }),
            let year = Int64(parts[1]), let place = Int64(parts[2]), place > 0
        else { return nil }
        self.init(Series(kind, year: year), place: place)
    }

    private static func padded(_ value: Int64, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
